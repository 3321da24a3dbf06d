/** nats-server with JetStream, built from its Go module: one node, or a cluster of three. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildGo } from './build-go.ts'
import { freePorts, startProcess, type EngineProcess } from './engine-process.ts'
import type { Engine } from './engine.ts'

const source = { packagePath: 'github.com/nats-io/nats-server/v2', version: 'v2.15.2' }

export type NatsEngine = Engine & {
  /** `address:port` of every node, for clients. */
  servers: string[]
  ports: NatsPorts
  /** Per node: kill -9, or start again what was ended. */
  nodes: { kill(): Promise<void>; start(): Promise<void> }[]
}

/** Of each node. */
export type NatsPorts = { client: number; monitor: number; route: number }[]

export type NatsOptions = {
  directory: string
  nodes?: 1 | 3
  /** Of an earlier start in the same directory, for a restart at the same addresses. */
  ports?: NatsPorts
}

export const prepareNats = (): Promise<string> => buildGo('nats-server', source)

/** Resolves once JetStream is ready, with a leader where there are three. Tasks are on disk when they are acknowledged. */
export async function startNats(options: NatsOptions): Promise<NatsEngine> {
  const program = await prepareNats()
  const ports = options.ports ?? (await choosePorts(options.nodes ?? 1))
  const running: (EngineProcess | undefined)[] = []
  const start = async (index: number): Promise<void> => {
    const directory = join(options.directory, `nats-${index + 1}`)
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'nats.conf'), configuration(directory, ports, index))
    running[index] = await startProcess({
      name: 'nats',
      program,
      args: ['--config', join(directory, 'nats.conf')],
      directory,
      answers: () => isHealthy(ports[index]!.monitor),
    })
  }
  const stop = async () => void (await Promise.all(running.map((one) => one?.stop())))
  try {
    // All at once: a node of a cluster is healthy only when the others are there.
    await Promise.all(ports.map((_, index) => start(index)))
  } catch (error) {
    await stop()
    throw error
  }
  const servers = ports.map(({ client }) => `127.0.0.1:${client}`)
  const settings = { SLUICE_QUEUE: 'nats', SLUICE_SIGNALS: 'nats', SLUICE_NATS_SERVERS: servers.join(','), SLUICE_NATS_REPLICAS: String(ports.length) }
  return { servers, ports, settings, nodes: ports.map((_, index) => ({ kill: async () => running[index]?.kill(), start: () => start(index) })), stop }
}

async function choosePorts(nodes: number): Promise<NatsPorts> {
  const free = await freePorts(nodes * 3)
  return Array.from({ length: nodes }, (_, index) => ({ client: free[index * 3]!, monitor: free[index * 3 + 1]!, route: free[index * 3 + 2]! }))
}

function configuration(directory: string, ports: NatsPorts, index: number): string {
  const { client, monitor, route } = ports[index]!
  const routes = ports.map((one) => `nats://127.0.0.1:${one.route}`).join(', ')
  const cluster = `cluster { name: sluice, listen: "127.0.0.1:${route}", routes: [${routes}] }\n`
  return `server_name: "nats-${index + 1}"
listen: "127.0.0.1:${client}"
http: "127.0.0.1:${monitor}"
jetstream { store_dir: "${directory}/data", max_mem: 64MB, max_file: 4GB, sync_interval: always }
${ports.length > 1 ? cluster : ''}`
}

async function isHealthy(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`)
  if (!response.ok) throw new Error(await response.text())
}
