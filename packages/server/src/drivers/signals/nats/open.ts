/** The signals port on core NATS: fan-out to every process, nothing stored. */
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import type { Signals } from '../../../ports/signals.ts'
import { openConnection, unavailable, type NatsOptions } from '../../nats-connection/connect.ts'

type Listener = (message: unknown) => void
type Topic = { listeners: Set<Listener>; subscription?: Subscription }

const pingTimeoutMs = 2500
const firstRetryMs = 1000
/** Its words are a subject's: no wildcards, no blanks. */
const isTopic = /^[\w-]+(\.[\w-]+)*$/

/** Opens at once; while NATS is away signals are lost, which waiters make up for by polling. One subscription a topic and process. */
export function openNatsSignals(options: NatsOptions): Signals {
  const { log, prefix } = options
  const topics = new Map<string, Topic>()
  const subscribeMissing = (live: NatsConnection): void => {
    for (const [topic, wanted] of topics) {
      wanted.subscription ??= live.subscribe(`${prefix}.signals.${topic}`, { callback: (error, message) => void (error ?? deliverAll(topic, message.data)) })
    }
  }
  // The client renews its subscriptions after a loss; a client that was given up takes them with it.
  const connection = openConnection(options, (live) => {
    for (const topic of topics.values()) topic.subscription = undefined
    subscribeMissing(live)
  })
  let closed = false
  let retry: NodeJS.Timeout | undefined

  const deliver = async (topic: string, listener: Listener, json: string): Promise<void> => {
    try {
      await (listener(JSON.parse(json)) as unknown)
    } catch (error) {
      log.error({ err: error, topic }, 'a listener of signals failed')
    }
  }
  const deliverAll = (topic: string, data: Uint8Array): void => {
    const json = Buffer.from(data).toString()
    for (const listener of [...(topics.get(topic)?.listeners ?? [])]) void deliver(topic, listener, json)
  }

  /** As soon as there is a connection. */
  const subscribeAll = async (): Promise<void> => {
    try {
      subscribeMissing(await connection.get())
    } catch (error) {
      if (closed) return
      log.warn({ err: error }, 'signals are not subscribed yet')
      retry ??= setTimeout(() => {
        retry = undefined
        void subscribeAll()
      }, firstRetryMs).unref()
    }
  }

  return {
    async publish(topic, message) {
      checkTopic(topic)
      const json = JSON.stringify(message)
      try {
        if (!connection.peek()) await connection.get()
        // While it reconnects signals are dropped: kept, they would come late and all at once.
        connection.peek()?.publish(`${prefix}.signals.${topic}`, json)
      } catch (error) {
        log.debug({ err: error, topic }, 'a signal was lost')
      }
    },
    subscribe(topic, listener) {
      checkTopic(topic)
      const own: Listener = (message) => listener(message)
      const wanted = topics.get(topic) ?? { listeners: new Set() }
      topics.set(topic, wanted)
      wanted.listeners.add(own)
      if (!wanted.subscription) void subscribeAll()
      return () => {
        wanted.listeners.delete(own)
        if (wanted.listeners.size > 0 || topics.get(topic) !== wanted) return
        topics.delete(topic)
        wanted.subscription?.unsubscribe()
      }
    },
    async ping() {
      const live = await connection.get()
      await within(live.flush(), pingTimeoutMs).catch((error: unknown) => {
        throw unavailable('NATS does not answer', error)
      })
    },
    async close() {
      closed = true
      clearTimeout(retry)
      topics.clear()
      await connection.close()
    },
  }
}

function checkTopic(topic: string): void {
  if (!isTopic.test(topic)) throw new TypeError(`${JSON.stringify(topic)} is no topic`)
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
