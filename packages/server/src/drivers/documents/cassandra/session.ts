/** Requests to the cluster: sent again while that is harmless and time is left, and every failure told as the port's. */
import type { Client, QueryOptions, types } from 'cassandra-driver'
import { DriverUnavailable } from '../../../base/errors.ts'
import { retry } from '../../../base/retry.ts'
import { hasLostAllNodes } from './connect.ts'
import { isRefused, unavailable } from './failures.ts'
import type { Statement } from './statements.ts'

export type Session = {
  /** One try. Rejects with the client's own error, or with DriverUnavailable once closed. */
  send(statements: Statement[], options?: QueryOptions): Promise<types.ResultSet>
  /** Of a request that may be done twice: tried until it is answered or time is up, then DriverUnavailable. */
  repeat<T>(what: string, request: () => Promise<T>, deadline?: number): Promise<T>
  /** When a call that begins now has to give up, by performance.now(). */
  deadline(): number
  close(): Promise<void>
}

export type SessionOptions = {
  /** A new client, connected. */
  connect: () => Promise<Client>
  callTimeoutMs: number
}

/** Connects with the first request, and anew whenever all nodes were lost. */
export function openSession({ connect, callTimeoutMs }: SessionOptions): Session {
  let closed = false
  let current: Promise<Client> | undefined

  const connected = (): Promise<Client> => {
    const attempt = (current ??= connect().then(
      (client) => {
        client.on('hostDown', () => {
          if (!hasLostAllNodes(client)) return
          if (current === attempt) current = undefined
          client.shutdown().catch(() => {})
        })
        return client
      },
      (error: unknown) => {
        current = undefined
        throw error
      },
    ))
    return attempt
  }

  return {
    async send(statements, options = {}) {
      if (closed) throw new DriverUnavailable('the documents driver is closed')
      const client = await connected()
      if (statements.length === 1) return client.execute(statements[0]!.query, statements[0]!.params, options)
      // Of one partition: a single mutation, so it needs no batch log.
      return client.batch(statements, { prepare: true, logged: false, ...options })
    },
    async repeat(what, request, deadline = performance.now() + callTimeoutMs) {
      const isWorthwhile = (error: unknown) => !closed && performance.now() < deadline && !isRefused(error)
      try {
        return await retry(request, { attempts: Infinity, baseMs: 25, maxMs: 1000, retryable: isWorthwhile })
      } catch (error) {
        throw error instanceof DriverUnavailable ? error : unavailable(what, error)
      }
    },
    deadline: () => performance.now() + callTimeoutMs,
    async close() {
      closed = true
      await current?.then((client) => client.shutdown()).catch(() => {})
    },
  }
}
