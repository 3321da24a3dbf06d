/** Holds requests for a segment that is not encoded yet: has it encoded, first in line where a viewer waits, and waits for its slot (DESIGN §1). */
import type { Log } from '../../base/log.ts'
import { videoTopic, type VideoSignal } from '../../domain/messages.ts'
import type { Plan, Slot } from '../../domain/plan.ts'
import type { Documents } from '../../ports/documents.ts'
import type { Queue } from '../../ports/queue.ts'
import type { Signals } from '../../ports/signals.ts'
import { readSlot } from '../../records/chunk.ts'
import { openEncoderAsks } from './ask-encoders.ts'

export type HoldTimes = {
  /** Players give up after 10 s. */
  holdMs: number
  /** Signals may get lost. */
  pollMs: number
  /** A task is put in the queue again only after this long: it may still lie there. */
  requeueMs: number
}
export const defaultHoldTimes: HoldTimes = { holdMs: 8000, pollMs: 500, requeueMs: 30_000 }

/** Segments waited for at once; beyond, an answer is "not ready" at once. */
const capacity = 5000

export type Holds = {
  /**
   * The slot once it is filled, or undefined when the time is up. One call for each segment at a time: the caller joins.
   * `isUrgent`: a viewer waits; else it only fills a buffer, and goes behind those who do.
   */
  wait(plan: Plan, renditionId: string, number: number, isUrgent: boolean): Promise<Slot | undefined>
  /** Now a viewer waits for it too. Nothing where it isn't held. */
  hurry(segment: HeldSegment): void
  /** Ends all waits. */
  close(): void
}

export type HeldSegment = { revision: string; renditionId: string; number: number }
const nameOf = ({ revision, renditionId, number }: HeldSegment): string => `${revision}/${renditionId}/${number}`

export function openHolds(deps: { documents: Documents; queue: Queue; signals: Signals; log: Log }, times: HoldTimes = defaultHoldTimes): Holds {
  const asks = openEncoderAsks(deps, times.requeueMs)
  const wakers = new Set<() => void>()
  const hurries = new Map<string, () => void>()
  let closed = false

  const look = async (plan: Plan, renditionId: string, number: number): Promise<Slot | undefined> => {
    try {
      return await readSlot(deps.documents, plan, renditionId, number)
    } catch (error) {
      deps.log.warn({ err: error, videoId: plan.videoId, renditionId, number }, 'a slot could not be read; looked at again')
      return undefined
    }
  }

  return {
    async wait(plan, renditionId, number, isUrgent) {
      if (closed || wakers.size >= capacity) return undefined
      let signalled = false
      let wake = () => {}
      const waker = () => {
        signalled = true
        wake()
      }
      wakers.add(waker)
      const name = nameOf({ revision: plan.revision, renditionId, number })
      hurries.set(name, () => void asks.waiting(plan, renditionId, number))
      const unsubscribe = deps.signals.subscribe(videoTopic(plan.videoId), (message) => {
        const signal = message as VideoSignal
        if (signal.kind !== 'slots' || signal.revision !== plan.revision || signal.renditionId !== renditionId) return
        if (number >= signal.from && number < signal.to) waker()
      })
      const deadline = performance.now() + times.holdMs
      try {
        // Looked at once more after subscribing: it may have been filled in between.
        let slot = await look(plan, renditionId, number)
        if (!slot) await (isUrgent ? asks.waiting(plan, renditionId, number) : asks.filling(plan, renditionId, number))
        while (!slot && !closed) {
          const leftMs = deadline - performance.now()
          if (leftMs <= 0) return undefined
          if (!signalled) await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, Math.min(times.pollMs, leftMs))
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
          signalled = false
          slot = await look(plan, renditionId, number)
          // Only now: made beside the one that is waited for, they would slow it down.
          if (slot) void asks.ahead(plan, renditionId, number)
        }
        return slot
      } finally {
        unsubscribe()
        wakers.delete(waker)
        hurries.delete(name)
      }
    },
    hurry: (segment) => hurries.get(nameOf(segment))?.(),
    close() {
      closed = true
      for (const waker of wakers) waker()
    },
  }
}
