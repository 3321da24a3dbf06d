/** Apache Cassandra from its Maven artifact: one node on 127.0.0.1, or three on 127.0.0.1 to 127.0.0.3. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'cassandra-driver'
import { startNode, type NodeShape } from './cassandra-node.ts'
import type { Engine } from './engine.ts'
import { freePorts, type EngineProcess } from './engine-process.ts'
import { mavenJars } from './maven-jars.ts'

const artifact = { groupId: 'org.apache.cassandra', artifactId: 'cassandra-all', version: '5.0.8' }

export type CassandraEngine = Engine & {
  /** `address:port` of every node. */
  contactPoints: string[]
  port: number
  localDataCenter: string
  ports: { native: number; storage: number }
  /** Per node: kill -9, or start again what was ended. */
  nodes: { kill(): Promise<void>; start(): Promise<void> }[]
}

export type CassandraOptions = {
  directory: string
  nodes?: 1 | 3
  heapMegabytes?: number
  syncsWrites?: boolean
  /** Of an earlier start in the same directory, for a restart at the same addresses. */
  ports?: { native: number; storage: number }
}

export const prepareCassandra = (): Promise<string> => mavenJars(artifact)

/** Resolves once every node takes queries and knows the others. */
export async function startCassandra(options: CassandraOptions): Promise<CassandraEngine> {
  const jars = await prepareCassandra()
  const count = options.nodes ?? 1
  const [native, storage] = options.ports ? [options.ports.native, options.ports.storage] : await freePorts(2)
  const shapes = Array.from({ length: count }, (_, index): NodeShape => ({
    address: `127.0.0.${index + 1}`,
    token: -(2n ** 63n) + 1n + BigInt(index) * (2n ** 64n / BigInt(count)),
    nativePort: native!,
    storagePort: storage!,
    seed: '127.0.0.1',
    heapMegabytes: options.heapMegabytes ?? 512,
    syncsWrites: options.syncsWrites ?? false,
  }))
  const running: (EngineProcess | undefined)[] = []
  const start = async (index: number) => {
    running[index] = await startNode(jars, join(options.directory, `cassandra-${index + 1}`), shapes[index]!)
  }
  const stop = async () => void (await Promise.all(running.map((one) => one?.stop())))
  try {
    for (let index = 0; index < count; index++) await start(index)
    for (const { address } of shapes) await knowsOthers(`${address}:${native}`, count - 1)
  } catch (error) {
    await stop()
    throw error
  }
  const contactPoints = shapes.map(({ address }) => `${address}:${native}`)
  return {
    contactPoints,
    port: native!,
    localDataCenter: 'datacenter1',
    ports: { native: native!, storage: storage! },
    nodes: shapes.map((_, index) => ({ kill: async () => running[index]?.kill(), start: () => start(index) })),
    settings: {
      SLUICE_DOCUMENTS: 'cassandra',
      SLUICE_CASSANDRA_CONTACT_POINTS: contactPoints.join(','),
      SLUICE_CASSANDRA_DATA_CENTER: 'datacenter1',
      SLUICE_CASSANDRA_REPLICATION: String(count),
    },
    stop,
  }
}

/** Until the node has heard of so many peers with their tokens. */
async function knowsOthers(contactPoint: string, peers: number): Promise<void> {
  const client = new Client({ contactPoints: [contactPoint], localDataCenter: 'datacenter1' })
  try {
    for (let attempt = 0; ; attempt++) {
      const { rows } = await client.execute('SELECT tokens FROM system.peers_v2')
      if (rows.filter((row) => row['tokens'] !== null).length === peers) return
      if (attempt === 300) throw new Error(`${contactPoint} knows ${rows.length} of ${peers} other nodes`)
      await pause(200)
    }
  } finally {
    await client.shutdown()
  }
}
