/** The CQL client: how it finds the cluster, how long it waits, and that it never retries by itself. */
import { readFileSync } from 'node:fs'
import { Client, policies, types } from 'cassandra-driver'

export type CassandraOptions = {
  /** `host:port` or `host` (9042) of some nodes; the others are learned from them. */
  contactPoints: string[]
  /** The data center whose quorum decides, and whose nodes are asked. */
  dataCenter: string
  keyspace: string
  username?: string
  password?: string
  /** TLS, with the system's certificate authorities or those in a PEM file. */
  tls?: { caFile?: string }
  /** For one request, until the driver takes it for lost (4000), and for a call with all its retries (12 000). */
  requestTimeoutMs?: number
  callTimeoutMs?: number
}

export const defaultRequestTimeoutMs = 4000
export const defaultCallTimeoutMs = 12_000

/** Names are put into CQL as they are. */
const isName = /^[a-zA-Z][\w-]{0,47}$/

/**
 * A connected client. One that failed to connect, or lost all its nodes, is of no more use: make another. (cassandra-driver
 * 4.10 leaks listeners with every failed attempt, and doubles its control connections whenever all nodes were gone.)
 * Rejects with the client's errors.
 */
export async function connect(options: CassandraOptions, keyspace?: string): Promise<Client> {
  for (const name of [options.keyspace, options.dataCenter]) if (!isName.test(name)) throw new RangeError(`${JSON.stringify(name)} can't be the name of a keyspace or data center`)
  const contactPoints = [...options.contactPoints]
  const client = new Client({
    contactPoints,
    localDataCenter: options.dataCenter,
    keyspace,
    ...(options.username && { credentials: { username: options.username, password: options.password ?? '' } }),
    ...(options.tls && { sslOptions: { rejectUnauthorized: true, ...(options.tls.caFile && { ca: [readFileSync(options.tls.caFile)] }) } }),
    protocolOptions: { port: portOf(contactPoints[0]) },
    // Retries are this driver's own: it must know which answers were lost.
    policies: { retry: new policies.retry.FallthroughRetryPolicy(), reconnection: new policies.reconnection.ExponentialReconnectionPolicy(200, 5000, false) },
    pooling: { heartBeatInterval: 5000 },
    socketOptions: {
      connectTimeout: 3000,
      readTimeout: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
      // A connection that is silent this often is closed: behind it there may be nobody any more.
      defunctReadTimeoutThreshold: 2,
    },
    queryOptions: { consistency: types.consistencies.localQuorum, serialConsistency: types.consistencies.localSerial, prepare: true },
  })
  try {
    await client.connect()
  } catch (error) {
    await client.shutdown().catch(() => {})
    throw error
  }
  // It must not start over by itself.
  contactPoints.length = 0
  return client
}

export const hasLostAllNodes = (client: Client): boolean => client.hosts.values().every((host) => !host.isUp())

/** Nodes that are learned from the cluster listen on the port of the first one. */
function portOf(contactPoint: string | undefined): number {
  const port = /:(\d+)$/.exec(contactPoint ?? '')?.[1]
  return port === undefined ? 9042 : Number(port)
}
