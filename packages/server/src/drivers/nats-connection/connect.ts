/** The connection to NATS that the queue's and the signals' drivers each open: made when it is first needed, and kept. */
import { readFileSync } from 'node:fs'
import { connect, credsAuthenticator, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import { DriverUnavailable } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { backoffMs } from '../../base/retry.ts'

export type NatsOptions = {
  /** `host:port` of some servers; the others of a cluster are learned from them. */
  servers: string[]
  /** Begins every subject and stream, so that several installations can share a cluster. */
  prefix: string
  username?: string
  password?: string
  /** A credentials file (JWT and seed). */
  credentialsFile?: string
  /** TLS, with the system's certificate authorities or those in a PEM file. */
  tls?: { caFile?: string }
  log: Log
}

export type Connection = {
  /** The connection, which may just be reconnecting. DriverUnavailable when none can be made, and after close. */
  get(): Promise<NatsConnection>
  /** The connection if it is up: for what may get lost. */
  peek(): NatsConnection | undefined
  /** Calls `listener` after each reconnection (what was asked of the server before is forgotten), until the returned function is called. */
  onReconnect(listener: () => void): () => void
  close(): Promise<void>
}

const connectTimeoutMs = 3000
/** A server that does not answer two pings is given up for another. */
const pingEveryMs = 5000

/** Connects with the first call. `onConnect` gets each new connection before anybody else does. */
export function openConnection(options: NatsOptions, onConnect: (connection: NatsConnection) => Promise<void> | void = () => {}): Connection {
  // It is put into subjects and names of streams as it is.
  if (!/^[\w-]+$/.test(options.prefix)) throw new RangeError(`${JSON.stringify(options.prefix)} can't be a prefix of subjects`)
  const listeners = new Set<() => void>()
  let current: Promise<NatsConnection> | undefined
  let live: NatsConnection | undefined
  let closed = false
  let failures = 0

  const open = async (): Promise<NatsConnection> => {
    const connection = await connect({ ...natsOptions(options), reconnectDelayHandler: () => backoffMs(++failures, 100, 5000) })
    // It ends for good by our own close, or when the servers refuse us: then the next call makes another.
    void connection.closed().then(() => {
      live = undefined
      current = undefined
    })
    try {
      await onConnect(connection)
    } catch (error) {
      await connection.close()
      throw error
    }
    live = connection
    void follow(connection)
    return connection
  }

  const follow = async (connection: NatsConnection): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        live = undefined
        options.log.warn({ server: status.server }, 'the connection to NATS was lost')
      } else if (status.type === 'reconnect') {
        live = connection
        failures = 0
        options.log.info({ server: status.server }, 'connected to NATS again')
        for (const listener of [...listeners]) listener()
      }
    }
  }

  return {
    async get() {
      if (closed) throw new DriverUnavailable('the NATS driver is closed')
      const attempt = (current ??= open())
      try {
        return await attempt
      } catch (error) {
        if (current === attempt) current = undefined
        throw unavailable("NATS can't be reached", error)
      }
    },
    peek: () => live,
    onReconnect(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      closed = true
      const connection = await current?.catch(() => undefined)
      await connection?.close()
    },
  }
}

/** The port's error for whatever NATS said. */
export const unavailable = (what: string, error: unknown): DriverUnavailable =>
  error instanceof DriverUnavailable ? error : new DriverUnavailable(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })

function natsOptions(options: NatsOptions): NodeConnectionOptions {
  return {
    servers: options.servers,
    name: 'sluice',
    timeout: connectTimeoutMs,
    pingInterval: pingEveryMs,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    ...(options.username && { user: options.username, pass: options.password ?? '' }),
    ...(options.credentialsFile && { authenticator: credsAuthenticator(readFileSync(options.credentialsFile)) }),
    ...(options.tls && { tls: { ...(options.tls.caFile && { caFile: options.tls.caFile }) } }),
  }
}
