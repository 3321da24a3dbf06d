/** The installation that faults happen to: two apis, two encoders, two edges over real engines, each of which can die and come back. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startCassandra } from '../../../../scripts/engines/cassandra.ts'
import { startNats } from '../../../../scripts/engines/nats.ts'
import { startRedis } from '../../../../scripts/engines/redis.ts'
import { startS3 } from '../../../../scripts/engines/s3.ts'
import { freePorts } from '../../../../scripts/engines/engine-process.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { startServer, type Server } from '../e2e/start-server.ts'
import { openFaultyProxy, type FaultyProxy } from '../fixtures/faulty-proxy.ts'
import { startFront } from '../fixtures/start-front.ts'
import type { Component } from './schedule.ts'
import { fillDisk, smallDiskAt } from './small-disk.ts'

/** Something that dies by kill -9 and starts again with what it had. */
type Mortal = { kill(): Promise<void>; start(): Promise<void> }

export type Cluster = {
  /** The front's address. */
  url: string
  /** Between everybody and the S3 server. */
  store: FaultyProxy
  /** Settings that reach the engines without faults. */
  settings: Record<string, string>
  instances: Record<Component, Mortal[]>
  /** Resolves when every process says that it misses nothing. */
  untilReady(): Promise<void>
  /** Fills the work disk of the first encoder; answers how to make room again. Undefined where it has no disk of its own. */
  fillWorkDisk?: () => () => void
  setClock(component: Component, index: number, offsetSeconds: number): void
  /** What processes printed of something. */
  linesOf(text: string): string
  /** Ends the processes of ours in order; the engines go on. */
  stopRoles(): Promise<void>
  dispose(): Promise<void>
}

const roles = ['api', 'encoder', 'edge'] as const
const perRole = 2
const startTries = 3
const readySeconds = 180
const clockShifter = join(import.meta.dirname, 'shift-clock.ts')

/** `nodes`: of Cassandra and NATS. Errors: an engine or a process that does not start; nothing is left then. */
export async function startCluster(options: { nodes: 1 | 3; log: (line: string) => void }): Promise<Cluster> {
  const { nodes } = options
  const scratch = await scratchDirectory()
  const directory = scratch.path
  const closers: (() => Promise<unknown>)[] = [() => scratch.remove()]
  const dispose = async () => {
    for (const close of closers.toReversed()) await close()
  }
  try {
    const backends: { apis: string[]; edges: string[] } = { apis: [], edges: [] }
    const front = await startFront(backends)
    closers.push(() => front.close())

    let s3 = await startS3({ directory })
    closers.push(() => s3.stop())
    let redis = await startRedis({ directory })
    closers.push(() => redis.stop())
    const [nats, cassandra] = await Promise.all([startNats({ directory, nodes }), startCassandra({ directory, nodes, syncsWrites: true })])
    closers.push(() => nats.stop(), () => cassandra.stop())
    const store = await openFaultyProxy({ port: s3.ports[0]! })
    closers.push(() => store.close())
    const settings = {
      ...s3.settings, ...redis.settings, ...nats.settings, ...cassandra.settings,
      SLUICE_PUBLIC_URL: front.url, SLUICE_TEST_FAST_DUE: 'true', SLUICE_ENCODER_PRESET: 'ultrafast', SLUICE_MAX_OPEN_UPLOADS: '1000', SLUICE_LOG_LEVEL: 'warn',
    }

    const ports = await freePorts(roles.length * perRole)
    const clockOf = (component: Component, index: number) => join(directory, `clock-${component}-${index}`)
    const workDisk = join(directory, 'work-disk')
    const within = smallDiskAt(workDisk)
    const starting = roles.flatMap((role, at) =>
      Array.from({ length: perRole }, (_, index) => ({ role, index, port: ports[at * perRole + index]! })),
    )
    const urlOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`
    const edgeUrls = starting.filter(({ role }) => role === 'edge').map(urlOf)
    const servers = new Map<string, Server>()
    closers.push(() => Promise.all([...servers.values()].map((server) => server.dispose())))
    await Promise.all(
      starting.map(async ({ role, index, port }) => {
        const own = role === 'encoder' && index === 0 && within ? within : []
        const server = await startServer(
          {
            ...settings, SLUICE_S3_ENDPOINT: `http://127.0.0.1:${store.port}`, SLUICE_ROLES: role, SLUICE_HTTP_PORT: String(port), SLUICE_DELIVERY_URLS: edgeUrls.join(','),
            NODE_OPTIONS: `--import=${clockShifter}`, CHAOS_CLOCK: clockOf(role, index), ...(own.length > 0 && { SLUICE_WORK_DIR: workDisk }),
          },
          own,
        )
        servers.set(`${role} ${index}`, server)
      }),
    )
    for (const one of starting) (one.role === 'api' ? backends.apis : one.role === 'edge' ? backends.edges : []).push(urlOf(one))
    const rolesOf = (role: string): Mortal[] =>
      Array.from({ length: perRole }, (_, index) => servers.get(`${role} ${index}`)!).map((server) => ({ kill: server.kill, start: () => patiently(server.restart) }))
    const firstEncoder = servers.get('encoder 0')!
    return {
      url: front.url,
      store,
      settings,
      instances: {
        encoder: rolesOf('encoder'),
        api: rolesOf('api'),
        edge: rolesOf('edge'),
        s3: [{ kill: () => s3.kill(), start: () => patiently(async () => void (s3 = await startS3({ directory, ports: s3.ports }))) }],
        redis: [{ kill: () => redis.kill(), start: () => patiently(async () => void (redis = await startRedis({ directory, port: redis.port }))) }],
        nats: nats.nodes.map(({ kill, start }) => ({ kill, start: () => patiently(start) })),
        cassandra: cassandra.nodes.map(({ kill, start }) => ({ kill, start: () => patiently(start) })),
      },
      async untilReady() {
        for (const [name, server] of servers) await eventually(`${name} is ready`, () => isReady(server.url), readySeconds)
      },
      ...(within && { fillWorkDisk: () => fillDisk(firstEncoder.pid(), workDisk) }),
      setClock: (component, index, offsetSeconds) => writeFileSync(clockOf(component, index), String(offsetSeconds * 1000)),
      linesOf: (text) => [...servers].flatMap(([name, server]) => linesWith(server.output(), text).map((line) => `${name}: ${line.slice(0, 600)}`)).join('\n'),
      stopRoles: async () => void (await Promise.all([...servers.values()].map((server) => server.stop()))),
      async dispose() {
        keepOutput(servers)
        await dispose()
      },
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Somebody may have taken the port meanwhile, for a connection of its own. */
async function patiently(start: () => Promise<void>): Promise<void> {
  for (let left = startTries; ; left--) {
    try {
      return await start()
    } catch (error) {
      if (left <= 1) throw error
      await pause(1000)
    }
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(async (answer) => (await answer.body?.cancel(), answer.ok), () => false)

const linesWith = (output: string, text: string): string[] => output.split('\n').filter((line) => line.includes(text)).slice(-12)

/** For whoever looks into a failure: CHAOS_LOGS names a directory. */
function keepOutput(servers: Map<string, Server>): void {
  const directory = process.env['CHAOS_LOGS']
  if (!directory) return
  mkdirSync(directory, { recursive: true })
  for (const [name, server] of servers) writeFileSync(join(directory, `${name.replace(' ', '-')}.log`), server.output())
}
