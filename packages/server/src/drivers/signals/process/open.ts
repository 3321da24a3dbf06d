/** The signals port within one process: all roles of a laptop installation share it. */
import type { Log } from '../../../base/log.ts'
import type { Signals } from '../../../ports/signals.ts'

type Listener = (message: unknown) => void

/** Messages are copied as JSON, so that a listener never holds the publisher's objects, as over a network. */
export function openProcessSignals({ log }: { log: Log }): Signals {
  const listeners = new Map<string, Set<Listener>>()

  const deliver = async (topic: string, listener: Listener, json: string): Promise<void> => {
    try {
      await (listener(JSON.parse(json)) as unknown)
    } catch (error) {
      log.error({ err: error, topic }, 'a listener of signals failed')
    }
  }

  return {
    async publish(topic, message) {
      const json = JSON.stringify(message)
      const subscribed = listeners.get(topic)
      if (!subscribed) return
      // Later, so that a publisher never runs a listener's code inside its own.
      for (const listener of [...subscribed]) setImmediate(() => subscribed.has(listener) && void deliver(topic, listener, json))
    },
    subscribe(topic, listener) {
      // A function of its own, so that the same listener subscribed twice is two subscriptions.
      const own: Listener = (message) => listener(message)
      const subscribed = listeners.get(topic) ?? new Set()
      listeners.set(topic, subscribed.add(own))
      return () => {
        subscribed.delete(own)
        if (subscribed.size === 0 && listeners.get(topic) === subscribed) listeners.delete(topic)
      }
    },
    async ping() {},
    async close() {
      for (const subscribed of listeners.values()) subscribed.clear()
      listeners.clear()
    },
  }
}
