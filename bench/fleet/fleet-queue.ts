/**
 * The queue port as drivers/queue/nats has it over any number of streams: who takes looks into the streams in turn from a random one, priority by
 * priority; who finds nothing waits in line at all of them, and the first in line gets what comes. Leases run out, deliveries are counted.
 */
import { LeaseLost } from '../../packages/server/src/base/errors.ts'
import { sleep } from '../../packages/server/src/base/time.ts'
import type { DeadLetter, Lease, Priority, Queue, Task } from '../../packages/server/src/ports/queue.ts'
import { openLine, type Line } from './line.ts'
import type { Random } from './draws.ts'

type Queued = { id: number; task: Task; attempts: number; readyAtMs: number; delivery: number; reason?: string }
type Taker = { isGone: boolean; isDead?: () => boolean; give(queued: Queued): void }

export type FleetQueue = Omit<Queue, 'take'> & {
  /** `isDead`: whoever waits has died; the servers know at once, as his connection is gone. */
  take(options: Parameters<Queue['take']>[0] & { isDead?: () => boolean }): Promise<Lease | undefined>
  /** Requests to the servers, as the driver makes them: what is asked for at once, and what waits, each at every stream and priority. */
  requests(): number
  /** Seconds that tasks of a priority lay ready before they were taken; emptied by reading. */
  waits(priority: Priority): number[]
  /** Tasks of that priority that are ready. */
  ready(priority: Priority): number
}

const maxAttempts = 8
/** To the servers and back; a task that is stored by a majority of three. */
const [tripMs, storeMs] = [1, 3]

export function openFleetQueue({ shards, random }: { shards: number; random: Random }): FleetQueue {
  const priorities: Priority[] = [0, 1, 2, 3]
  const ready = priorities.map(() => Array.from({ length: shards }, () => openLine<Queued>()))
  const waiting = priorities.map(() => openLine<Taker>())
  const readyCount = priorities.map(() => 0)
  const waits: number[][] = priorities.map(() => [])
  const held = new Map<number, Queued>()
  const buried: DeadLetter[] = []
  let delayed = 0
  let ids = 0
  let asked = 0

  /** A stream by the video, as there. */
  const lineOf = ({ task }: Queued): Line<Queued> => ready[task.priority]![hashOf(task.videoId) % shards]!

  function makeReady(queued: Queued): void {
    queued.readyAtMs = performance.now()
    const line = waiting[queued.task.priority]!
    for (let taker; (taker = line.shift()); ) {
      if (taker.isGone || taker.isDead?.()) continue
      note(queued)
      return taker.give(queued)
    }
    readyCount[queued.task.priority]!++
    lineOf(queued).push(queued)
  }

  const note = (queued: Queued): void => void waits[queued.task.priority]!.push((performance.now() - queued.readyAtMs) / 1000)

  const bury = ({ id, task, attempts, reason = '' }: Queued): void => void buried.push({ id: String(id), body: task.body, videoId: task.videoId, attempts, reason, buriedAt: Date.now() })

  function later(queued: Queued, delaySeconds: number): void {
    if (delaySeconds <= 0) return makeReady(queued)
    delayed++
    setTimeout(() => {
      delayed--
      makeReady(queued)
    }, delaySeconds * 1000)
  }

  /** The first ready task, or undefined. */
  function pull(wanted: Priority[]): Queued | undefined {
    const first = Math.floor(random() * shards)
    for (const priority of wanted) {
      if (readyCount[priority] === 0) {
        asked += shards
        continue
      }
      for (let index = 0; index < shards; index++) {
        asked++
        const found = ready[priority]![(first + index) % shards]!.shift()
        if (!found) continue
        readyCount[priority]!--
        note(found)
        return found
      }
    }
    return undefined
  }

  function leaseOf(queued: Queued, leaseSeconds: number): Lease {
    const delivery = ++queued.delivery
    const { task } = queued
    queued.attempts++
    held.set(queued.id, queued)
    const isHeld = (): boolean => held.get(queued.id) === queued && queued.delivery === delivery
    const expire = () => {
      held.delete(queued.id)
      if (queued.attempts >= maxAttempts) bury(queued)
      else makeReady(queued)
    }
    let timer = setTimeout(expire, leaseSeconds * 1000)
    const end = (act: () => void) => {
      asked++
      if (!isHeld()) return
      clearTimeout(timer)
      held.delete(queued.id)
      act()
    }
    return {
      body: task.body,
      priority: task.priority,
      videoId: task.videoId,
      attempt: queued.attempts,
      async extend() {
        asked++
        await sleep(tripMs)
        if (!isHeld()) throw new LeaseLost(`task ${queued.id}`)
        clearTimeout(timer)
        timer = setTimeout(expire, leaseSeconds * 1000)
      },
      async ack() {
        await sleep(tripMs)
        end(() => {})
      },
      async retry(delaySeconds, reason) {
        await sleep(storeMs)
        queued.reason = reason
        end(() => (queued.attempts >= maxAttempts ? bury(queued) : later(queued, delaySeconds)))
      },
      async bury(reason) {
        await sleep(storeMs)
        end(() => bury({ ...queued, reason }))
      },
    }
  }

  return {
    requests: () => asked,
    waits: (priority) => waits[priority]!.splice(0),
    ready: (priority) => readyCount[priority]!,
    async enqueue(task) {
      asked++
      await sleep(storeMs)
      later({ id: ++ids, task, attempts: 0, readyAtMs: 0, delivery: 0 }, task.delaySeconds ?? 0)
    },
    async take({ priorities: wanted, leaseSeconds, waitSeconds, signal, isDead }) {
      const order = [...wanted].sort()
      await sleep(tripMs)
      if (signal?.aborted) return undefined
      const found = pull(order)
      if (found) return leaseOf(found, leaseSeconds)
      if (waitSeconds <= 0) return undefined
      asked += order.length * shards
      return new Promise((resolve) => {
        const leave = () => {
          taker.isGone = true
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
        }
        const onAbort = () => {
          leave()
          resolve(undefined)
        }
        const taker: Taker = {
          isGone: false,
          isDead,
          give(queued) {
            leave()
            resolve(leaseOf(queued, leaseSeconds))
          },
        }
        const timer = setTimeout(onAbort, waitSeconds * 1000)
        signal?.addEventListener('abort', onAbort, { once: true })
        for (const priority of order) {
          const line = waiting[priority]!
          while (line.first?.isGone) line.shift()
          line.push(taker)
        }
      })
    },
    async depth() {
      // Leased and delayed ones all count with the first priority: the reconciler asks only whether there is anything at all.
      return priorities.map((priority) => ({ priority, ready: readyCount[priority]!, delayed: priority === 0 ? delayed : 0, leased: priority === 0 ? held.size : 0, oldestSeconds: 0 }))
    },
    deadLetters: async (limit) => buried.slice(-limit).reverse(),
    async removeDeadLetter(id) {
      const index = buried.findIndex((letter) => letter.id === id)
      if (index >= 0) buried.splice(index, 1)
    },
    ping: async () => {},
    close: async () => {},
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 2166136261
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619)
  return hash >>> 0
}
