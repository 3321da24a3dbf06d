/** The queue port on one SQLite file, in a thread of its own. Takers of this process wait without polling. */
import { LeaseLost } from '../../../base/errors.ts'
import { randomId } from '../../../base/id.ts'
import type { Log } from '../../../base/log.ts'
import { systemClock, type Clock } from '../../../base/time.ts'
import type { Lease, Priority, Queue } from '../../../ports/queue.ts'
import { openSqliteThread } from '../../sqlite-thread/open.ts'
import { bodyJson, checkDead, checkSeconds, checkTake } from '../../../ports/queue-arguments.ts'
import type { DeadRow, DepthRow, QueueRequest, TakeAnswer, Taken } from './requests.ts'
import { makeWaiters } from './waiters.ts'

/** A waiter looks again at least this often, should the clock have been set back under a sleeping timer. */
const longestSleepMs = 10_000
const priorities: Priority[] = [0, 1, 2, 3]

/** A task that was handed out `maxAttempts` times (8) without an ack is buried. Rejects with DriverUnavailable. */
export async function openSqliteQueue(options: { path: string; maxAttempts?: number; clock?: Clock; log?: Log }): Promise<Queue> {
  const clock = options.clock ?? systemClock
  const thread = await openSqliteThread<QueueRequest>({
    entry: new URL('./queue-worker.ts', import.meta.url),
    name: 'queue',
    data: { path: options.path, maxAttempts: options.maxAttempts ?? 8 },
    log: options.log,
  })
  const waiters = makeWaiters()
  const taking = new Set<Promise<unknown>>()
  let closed = false

  const leaseOf = ({ id, json, priority, videoId, attempt }: Taken, token: string, leaseSeconds: number): Lease => ({
    body: JSON.parse(json) as unknown,
    priority,
    videoId,
    attempt,
    async extend() {
      const kept = await thread.call<boolean>({ kind: 'extend', id, token, untilMs: clock() + leaseSeconds * 1000 })
      if (!kept) throw new LeaseLost(`the lease of task ${id} was lost`)
    },
    async ack() {
      await thread.call({ kind: 'ack', id, token })
    },
    async retry(delaySeconds, reason) {
      checkSeconds(delaySeconds, 'delay')
      const nowMs = clock()
      await thread.call({ kind: 'retry', id, token, readyAtMs: nowMs + delaySeconds * 1000, reason: reason.slice(0, 2000), nowMs })
      waiters.wake(priority)
    },
    async bury(reason) {
      await thread.call({ kind: 'bury', id, token, reason: reason.slice(0, 2000), nowMs: clock() })
    },
  })

  const take: Queue['take'] = async ({ priorities, leaseSeconds, waitSeconds, signal }) => {
    const order = [...new Set(priorities)].sort()
    const deadline = performance.now() + waitSeconds * 1000
    while (!closed && !signal?.aborted) {
      const seen = waiters.count()
      const token = randomId(12)
      const nowMs = clock()
      const answer = await thread.call<TakeAnswer>({ kind: 'take', priorities: order, token, untilMs: nowMs + leaseSeconds * 1000, nowMs })
      if ('taken' in answer) {
        if (!closed && !signal?.aborted) return leaseOf(answer.taken, token, leaseSeconds)
        await thread.call({ kind: 'release', id: answer.taken.id, token })
        waiters.wake(answer.taken.priority)
        return undefined
      }
      const left = deadline - performance.now()
      if (left <= 0) return undefined
      // A timer may fire a little early: one more millisecond, or the look would come before the moment.
      const untilNext = answer.nextMs === null ? Infinity : answer.nextMs - clock() + 1
      await waiters.wait(order, seen, Math.min(left, Math.max(1, untilNext), longestSleepMs), signal)
    }
    return undefined
  }

  return {
    async enqueue({ body, priority, videoId, delaySeconds = 0 }) {
      checkSeconds(delaySeconds, 'delay')
      const nowMs = clock()
      await thread.call({ kind: 'enqueue', json: bodyJson(body), priority, videoId, readyAtMs: nowMs + delaySeconds * 1000, nowMs })
      waiters.wake(priority)
    },
    async take(options) {
      checkTake(options)
      const running = take(options)
      taking.add(running)
      try {
        return await running
      } finally {
        taking.delete(running)
      }
    },
    async depth() {
      const nowMs = clock()
      const rows = await thread.call<DepthRow[]>({ kind: 'depth', nowMs })
      return priorities.map((priority) => {
        const { ready, delayed, leased, oldestMs } = rows.find((row) => row.priority === priority) ?? { ready: 0, delayed: 0, leased: 0, oldestMs: null }
        return { priority, ready, delayed, leased, oldestSeconds: oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs) / 1000 }
      })
    },
    async deadLetters(limit) {
      checkDead(limit)
      const rows = await thread.call<DeadRow[]>({ kind: 'deadLetters', limit })
      return rows.map(({ id, json, ...row }) => ({ id: String(id), body: JSON.parse(json) as unknown, ...row }))
    },
    async removeDeadLetter(id) {
      if (/^\d{1,15}$/.test(id)) await thread.call({ kind: 'removeDeadLetter', id: Number(id) })
    },
    async ping() {
      await thread.call({ kind: 'ping' })
    },
    async close() {
      closed = true
      waiters.wakeAll()
      await Promise.allSettled(taking)
      await thread.close()
    },
  }
}
