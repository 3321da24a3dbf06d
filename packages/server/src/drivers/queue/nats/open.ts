/** The queue port on NATS JetStream: work-queue streams sharded by video, a consumer per priority, pulled one task at a time. */
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { NoRespondersError, type NatsConnection } from '@nats-io/transport-node'
import { randomId } from '../../../base/id.ts'
import { retry } from '../../../base/retry.ts'
import { sleep } from '../../../base/time.ts'
import type { Queue } from '../../../ports/queue.ts'
import { bodyJson, checkDead, checkSeconds, checkTake } from '../../../ports/queue-arguments.ts'
import { openConnection, unavailable, type NatsOptions } from '../../nats-connection/connect.ts'
import { readDeadLetters, removeDeadLetter } from './dead-letters.ts'
import { headersOf, payloadOf, type Delivery, type StoredTask } from './delivery.ts'
import { leaseOf, unconfirmed, type LeaseDeps } from './lease.ts'
import { pullNow, pullWaiting, type Place } from './pull.ts'
import { readDepth } from './read-depth.ts'
import { consumerOf, deadStream, deadSubject, ensureStreams, laterSubject, shardNumbers, shardOf, takenSubject, taskStream, taskSubject, type Layout } from './streams.ts'

export type NatsQueueOptions = NatsOptions & {
  /** Streams, over which videos are spread (1). More than there are may be asked for later, fewer only of an empty queue. */
  shards?: number
  replicas?: number
  maxAttempts?: number
}

const requestTimeoutMs = 3000
const pingTimeoutMs = 2500
const tries = { attempts: 3, baseMs: 50, maxMs: 500 }
const outagePauseMs = 500
const noReason = 'handed out too often without an end'
const longestReason = 1000

/** Opens at once: a server that can't be reached is told by the calls (DriverUnavailable), and found when it comes. */
export function openNatsQueue(options: NatsQueueOptions): Queue {
  const layout: Layout = { prefix: options.prefix, shards: options.shards ?? 1, replicas: options.replicas ?? 1 }
  const maxAttempts = options.maxAttempts ?? 8
  const held = new Map<string, { count: number; lose: () => void }>()
  const closing = new AbortController()
  const taking = new Set<Promise<unknown>>()

  const managerOf = (live: NatsConnection, timeout = requestTimeoutMs): Promise<JetStreamManager> => jetstreamManager(live, { timeout, checkAPI: false })
  const ensure = async (live: NatsConnection): Promise<void> => ensureStreams(await managerOf(live), layout)
  const connection = openConnection(options, async (live) => {
    await ensure(live)
    live.subscribe(takenSubject(layout), { callback: (error, message) => void (error ?? hearTaken(message.json())) })
  })

  /** Every request goes through here. Streams that are gone (a server without its disk) are made again. */
  const ask = <T>(what: string, call: (live: NatsConnection) => Promise<T>): Promise<T> =>
    connection.get().then(async (live) => {
      try {
        return await call(live).catch(async (error: unknown) => {
          if (!isMissing(error) || closing.signal.aborted) throw error
          await ensure(live)
          return call(live)
        })
      } catch (error) {
        throw unavailable(what, error)
      }
    })
  const askManager = <T>(what: string, call: (manager: JetStreamManager) => Promise<T>): Promise<T> => ask(what, async (live) => call(await managerOf(live)))

  /** Stored once, however often it is sent: the server knows `id` for two minutes. */
  const store = async (subject: string, task: StoredTask, id: string, others?: Record<string, string>): Promise<void> => {
    const send = (live: NatsConnection) => jetstream(live, { timeout: requestTimeoutMs }).publish(subject, payloadOf(task), { msgID: id, headers: headersOf(task, others) })
    await retry(() => ask('a task could not be stored', send), tries)
  }

  const storeTask = (task: StoredTask, id: string, delaySeconds: number): Promise<void> => {
    const shard = shardOf(layout, task.videoId)
    const target = taskSubject(layout, shard, task.priority)
    if (delaySeconds <= 0) return store(target, task, id)
    const at = new Date(Date.now() + delaySeconds * 1000).toISOString()
    return store(laterSubject(layout, shard, task.priority, randomId(16)), task, id, { 'Nats-Schedule': `@at ${at}`, 'Nats-Schedule-Target': target })
  }

  const deps: LeaseDeps = {
    async answer(delivery, word) {
      try {
        await retry(() => ask(`task ${delivery.id}`, (live) => live.request(delivery.reply, word, { timeout: requestTimeoutMs })), tries)
      } catch (error) {
        throw unconfirmed(delivery, error)
      }
    },
    tell: (delivery, word) => connection.peek()?.publish(delivery.reply, word),
    // As a new message, with its past in its headers: then what is delayed is not in anybody's hands, and is told so.
    async giveBack(delivery, delaySeconds, reason) {
      await storeTask({ ...delivery, attempts: delivery.attempt, reason: reason.slice(0, longestReason) }, `${delivery.id}/${delivery.attempt}`, delaySeconds)
      await deps.answer(delivery, '+ACK')
    },
    async bury(delivery, reason) {
      const attempts = Math.min(delivery.attempt, maxAttempts)
      await store(deadSubject(layout), { ...delivery, attempts, reason: reason.slice(0, longestReason) }, `${delivery.id}/dead`)
      await deps.answer(delivery, '+ACK')
    },
    register(delivery, lose) {
      const mine = { count: delivery.count, lose }
      held.set(delivery.id, mine)
      return () => void (held.get(delivery.id) === mine && held.delete(delivery.id))
    },
  }

  const hearTaken = ({ id, count }: { id: string; count: number }): void => {
    const holder = held.get(id)
    if (holder && holder.count < count) holder.lose()
  }

  /** Taken, but nobody's: as if it had not been delivered. */
  const putBack = (delivery: Delivery): Promise<void> =>
    storeTask({ ...delivery, attempts: delivery.attempt - 1 }, `${delivery.id}/${delivery.attempt}/back`, 0)
      .then(() => deps.answer(delivery, '+ACK'))
      // It comes again when its time is over.
      .catch((error: unknown) => options.log.warn({ err: error }, 'a task was not put back'))

  const take: Queue['take'] = async ({ priorities, leaseSeconds, waitSeconds, signal }) => {
    const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
    const deadline = performance.now() + waitSeconds * 1000
    const places = placesOf(layout, [...new Set(priorities)].sort())
    while (!stop.aborted) {
      const left = () => deadline - performance.now()
      const surplus = (delivery: Delivery) => void putBack(delivery)
      let delivery: Delivery | undefined
      try {
        delivery = await ask('no task could be asked for', (live) => pullNow(live, places))
        if (!delivery && left() > 0) delivery = await pullWaiting(connection, places, { milliseconds: left(), signal: stop, surplus })
      } catch (error) {
        // Who waits anyway waits for the server, too.
        if (left() <= 0) throw error
        await sleep(Math.min(outagePauseMs, left()), stop)
        continue
      }
      if (delivery && delivery.count > 1) {
        hearTaken(delivery)
        connection.peek()?.publish(takenSubject(layout), JSON.stringify({ id: delivery.id, count: delivery.count }))
      }
      if (delivery && stop.aborted) {
        await putBack(delivery)
        return undefined
      }
      if (delivery && delivery.attempt <= maxAttempts) return leaseOf(deps, delivery, leaseSeconds, maxAttempts)
      if (delivery) await deps.bury(delivery, delivery.reason ?? noReason)
      else if (left() <= 0) return undefined
    }
    return undefined
  }

  return {
    async enqueue({ body, priority, videoId, delaySeconds = 0 }) {
      checkSeconds(delaySeconds, 'delay')
      bodyJson(body)
      await storeTask({ body, priority, videoId, attempts: 0 }, randomId(20), delaySeconds)
    },
    async take(wanted) {
      checkTake(wanted)
      const running = take(wanted)
      taking.add(running)
      try {
        return await running
      } catch (error) {
        if (closing.signal.aborted) return undefined
        throw error
      } finally {
        taking.delete(running)
      }
    },
    depth: () => askManager('the depth could not be read', (manager) => readDepth(manager, layout)),
    async deadLetters(limit) {
      checkDead(limit)
      return askManager('dead letters could not be read', (manager) => readDeadLetters(manager, deadStream(layout), limit))
    },
    removeDeadLetter: (id) => askManager('a dead letter could not be removed', (manager) => removeDeadLetter(manager, deadStream(layout), id)),
    async ping() {
      await ask('NATS does not answer', async (live) => (await managerOf(live, pingTimeoutMs)).streams.info(taskStream(layout, 0)))
    },
    async close() {
      closing.abort()
      await Promise.allSettled(taking)
      await connection.close()
    },
  }
}

/** In the order in which they are asked: by priority, then streams in turn, from another one each time. */
function placesOf(layout: Layout, order: Parameters<typeof consumerOf>[0][]): Place[] {
  const shards = shardNumbers(layout)
  const first = Math.floor(Math.random() * shards.length)
  const turned = [...shards.slice(first), ...shards.slice(0, first)]
  return order.flatMap((priority) => turned.map((shard) => ({ stream: taskStream(layout, shard), consumer: consumerOf(priority) })))
}

/** No stream or consumer answers: it is not there, or has no leader just now. */
const isMissing = (error: unknown): boolean =>
  error instanceof NoRespondersError || (error instanceof Error && (/stream not found|consumer not found/i.test(error.message) || isMissing(error.cause)))
