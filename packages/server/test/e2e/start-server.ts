/** Starts the real server as a person does, in a process of its own, on a free port with a data directory that goes away. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { descendantsOf } from '../../../../scripts/test/descendants.ts'
import { freePort } from './free-port.ts'

const ourCheckout = resolve(import.meta.dirname, '../../../..')
const startLimitMs = 60_000
const stopLimitMs = 30_000

export type Server = {
  url: string
  dataDir: string
  /** SIGTERM, and SIGKILL when it does not end in time; the data stays. Resolves to the exit code (null after SIGKILL). */
  stop(): Promise<number | null>
  /** SIGKILL, as a power cut would; the data stays. */
  kill(): Promise<void>
  /** Starts it again on the same port and data, from another checkout if one is named, and waits until it is ready. */
  restart(checkout?: string): Promise<void>
  /** Ends it and whatever it started, and removes the data. */
  dispose(): Promise<void>
  /** The largest resident set of the process so far, in bytes (proc(5), VmHWM). */
  peakMemoryBytes(): number
  pid(): number
  /** What it was started with, beside the port and the directory. */
  settings: Record<string, string>
  /** The end of what it printed. */
  output(): string
}

/**
 * Resolves when /readyz says so. Settings are environment names with their values. `within` is a command that the
 * server's own is given to, and becomes. `checkout`: whose program it is, ours by default.
 */
export async function startServer(settings: Record<string, string> = {}, within: string[] = [], checkout = ourCheckout): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-e2e-'))
  const port = Number(settings['SLUICE_HTTP_PORT'] ?? (await freePort()))
  const url = `http://127.0.0.1:${port}`
  const leftovers = new Set<number>()
  let output = ''
  let child: ChildProcess | undefined
  let ended: Promise<number | null> = Promise.resolve(null)

  async function start(from = checkout): Promise<void> {
    const [command, ...words] = [...within, process.execPath, join(from, 'packages/cli/bin/sluice.mjs'), 'serve']
    const own = spawn(command!, words, { cwd: dataDir, env: environmentOf({ dataDir, port, settings }), stdio: ['ignore', 'pipe', 'pipe'] })
    child = own
    const keep = (data: Buffer) => (output = (output + data.toString()).slice(-32_000))
    own.stdout!.on('data', keep)
    own.stderr!.on('data', keep)
    ended = new Promise((settle) => own.once('close', (code) => settle(code)))
    own.once('error', (error) => keep(Buffer.from(error.message)))
    for (const since = Date.now(); ; await wait(50)) {
      if (own.exitCode !== null || own.signalCode !== null) throw new Error(`the server ended while starting:\n${output}`)
      if (Date.now() - since > startLimitMs) throw new Error(`the server was not ready after ${startLimitMs / 1000} s:\n${output}`)
      if (await isReady(url)) return
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const own = child
    if (!own?.pid || own.exitCode !== null || own.signalCode !== null) return ended
    // ffmpeg outlives a killed server for a moment; who it was is not known any more once its parent is gone.
    for (const { pid } of descendantsOf(own.pid)) leftovers.add(pid)
    own.kill(signal)
    const timer = setTimeout(() => own.kill('SIGKILL'), stopLimitMs)
    const code = await ended
    clearTimeout(timer)
    return code
  }

  const server: Server = {
    url,
    dataDir,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    restart: start,
    async dispose() {
      await end('SIGKILL')
      for (const pid of leftovers) endIfFfmpeg(pid)
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
    peakMemoryBytes: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child!.pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024,
    pid: () => child!.pid!,
    settings,
    output: () => output,
  }
  try {
    await start()
  } catch (error) {
    await server.dispose()
    throw error
  }
  return server
}

/** Ours only: whatever of Sluice is set where the tests run must not change them. */
function environmentOf({ dataDir, port, settings }: { dataDir: string; port: number; settings: Record<string, string> }): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_') && !name.startsWith('NODE_TEST'))
  return {
    ...Object.fromEntries(inherited),
    SLUICE_HTTP_HOST: '127.0.0.1',
    SLUICE_HTTP_PORT: String(port),
    SLUICE_DATA_DIR: join(dataDir, 'data'),
    SLUICE_LOG_LEVEL: 'warn',
    SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE: '1000',
    SLUICE_RATE_LIMIT_PER_MINUTE: '100000',
    ...settings,
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** Ids are used again: only what still is an encoder of ours is ended. */
function endIfFfmpeg(pid: number): void {
  try {
    if (/ffmpeg|ffprobe/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}
