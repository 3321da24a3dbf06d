/** Redis or Valkey, from the system's packages, without persistence: a cache may be lost. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { which } from '../setup/programs.mjs'
import { freePorts, startProcess, type EngineProcess } from './engine-process.ts'
import type { Engine } from './engine.ts'

export type RedisEngine = Engine & { port: number; url: string; kill: EngineProcess['kill'] }

/** Resolves once it answers. `port` is for a restart at the same address; a free one otherwise. */
export async function startRedis(options: { directory: string; port?: number }): Promise<RedisEngine> {
  const port = options.port ?? (await freePorts(1))[0]!
  const program = which('valkey-server') ?? which('redis-server')
  if (!program) throw new Error('neither valkey-server nor redis-server is on the PATH: node scripts/setup/main.mjs engines')
  const running = await startProcess({
    name: 'redis',
    program,
    args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    directory: join(options.directory, 'redis'),
    answers: () => ping(port),
  })
  const url = `redis://127.0.0.1:${port}`
  return { port, url, settings: { SLUICE_CACHE: 'redis', SLUICE_REDIS_URL: url }, stop: running.stop, kill: running.kill }
}

function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 }, () => socket.write('PING\r\n'))
    socket.once('data', (data) => (String(data).startsWith('+PONG') ? resolve() : reject(new Error(String(data).trim()))))
    socket.once('data', () => socket.destroy())
    socket.once('timeout', () => socket.destroy(new Error('no answer to PING')))
    socket.once('error', reject)
  })
}
