/** Asking consumers for a task: at once, or waiting on several of them for the first that has one. */
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { sleep } from '../../../base/time.ts'
import type { Connection } from '../../nats-connection/connect.ts'
import { readDelivery, type Delivery } from './delivery.ts'

/** A consumer of one stream. */
export type Place = { stream: string; consumer: string }

const requestTimeoutMs = 3000
/** A pull is asked again after so long: a server may have forgotten it. */
const longestPullMs = 10_000
/** Should all consumers refuse at once (a new leader, a restart), before they are asked again. */
const refusedPauseMs = 250

const pullSubject = ({ stream, consumer }: Place): string => `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`

/** The next task of the first place that has one now. Rejects with NATS's errors. */
export async function pullNow(connection: NatsConnection, places: Place[]): Promise<Delivery | undefined> {
  for (const place of places) {
    // A delivery keeps the subject of its task, by which the client's shared inbox would not know the request.
    const answer = await connection.request(pullSubject(place), JSON.stringify({ batch: 1, no_wait: true }), { timeout: requestTimeoutMs, noMux: true, reply: createInbox() })
    const delivery = readDelivery(answer)
    if (delivery) return delivery
  }
  return undefined
}

/**
 * The first task of any of the places, or undefined after a while, at most `milliseconds`. Two that come in the same moment:
 * `surplus` gets the second.
 */
export async function pullWaiting(
  connection: Connection,
  places: Place[],
  { milliseconds, signal, surplus }: { milliseconds: number; signal: AbortSignal; surplus: (delivery: Delivery) => void },
): Promise<Delivery | undefined> {
  const live = await connection.get()
  if (signal.aborted) return undefined
  const waitMs = Math.max(1, Math.min(milliseconds, longestPullMs))
  const inbox = createInbox()
  let taken: Delivery | undefined
  let refused = 0
  await new Promise<void>((resolve) => {
    const subscription = live.subscribe(`${inbox}.*`, {
      callback(error, message) {
        const delivery = error ? undefined : readDelivery(message)
        if (delivery && taken) return surplus(delivery)
        if (delivery) {
          taken = delivery
          return end()
        }
        if (isOver(message) && ++refused === places.length) end()
      },
    })
    const timer = setTimeout(() => end(), waitMs + 500)
    const stopFollowing = connection.onReconnect(() => end())
    signal.addEventListener('abort', end, { once: true })
    let ended = false
    function end() {
      if (ended) return
      ended = true
      clearTimeout(timer)
      stopFollowing()
      signal.removeEventListener('abort', end)
      void drain(subscription).then(resolve)
    }
    for (const [index, place] of places.entries()) {
      live.publish(pullSubject(place), JSON.stringify({ batch: 1, expires: Math.ceil(waitMs * 1e6) }), { reply: `${inbox}.${index}` })
    }
  })
  if (!taken && refused === places.length) await sleep(Math.min(refusedPauseMs, waitMs), signal)
  return taken
}

/** Any word of the server but a heartbeat ends the pull: expired, refused, nobody there. */
const isOver = (message: Msg | undefined): boolean => message?.headers?.code !== 100

/** Tells the server that nobody waits any more, and takes what was under way. Not for ever: it may be gone. */
async function drain(subscription: Subscription): Promise<void> {
  await Promise.race([subscription.drain().catch(() => {}), sleep(1000)])
}
