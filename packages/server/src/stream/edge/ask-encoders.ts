/** What an edge asks of the encoders for a viewer: the segment that is waited for, those after it, and the chunk around it. */
import type { Log } from '../../base/log.ts'
import { isLazy } from '../../domain/eager.ts'
import { chunkOf, gridOf, segmentAt } from '../../domain/grid.ts'
import { taskOf, type Message } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Priority, Queue } from '../../ports/queue.ts'

export type EncoderAsks = {
  /** A viewer waits for it: first in line. */
  waiting(plan: Plan, renditionId: string, number: number): Promise<void>
  /** It fills a viewer's buffer: behind whoever waits. */
  filling(plan: Plan, renditionId: string, number: number): Promise<void>
  /** A viewer got it and will soon want more: the next ones, and the chunk that holds them, behind whoever waits. */
  ahead(plan: Plan, renditionId: string, number: number): Promise<void>
}

/** Two of four seconds: while one plays the next is made, and a viewer who leaves wastes no more than these. */
const segmentsAhead = 2
/** Remembered as asked for; the one asked for longest ago is forgotten first. */
const capacity = 5000

/** Nothing is asked for twice within `againMs`: it may still lie in the queue. */
export function openEncoderAsks(deps: { queue: Queue; log: Log }, againMs: number): EncoderAsks {
  const asked = new Map<string, number>()

  const ask = async (message: Message, priority: Priority): Promise<void> => {
    const name = `${priority} ${JSON.stringify(message)}`
    const now = performance.now()
    if (now - (asked.get(name) ?? -Infinity) < againMs) return
    asked.delete(name)
    if (asked.size >= capacity) asked.delete(asked.keys().next().value!)
    asked.set(name, now)
    try {
      await deps.queue.enqueue({ ...taskOf(message), priority })
    } catch (error) {
      asked.delete(name)
      deps.log.warn({ err: error, ...message }, 'what a viewer waits for could not be enqueued')
    }
  }

  return {
    waiting: ({ videoId, revision }, renditionId, number) => ask({ kind: 'segment', videoId, revision, renditionId, number }, 0),
    filling: ({ videoId, revision }, renditionId, number) => ask({ kind: 'segment', videoId, revision, renditionId, number }, 1),
    async ahead(plan, renditionId, number) {
      const { videoId, revision } = plan
      const { grid, kind } = gridOf(plan, renditionId)!
      const next = Array.from({ length: segmentsAhead }, (_, index) => number + 1 + index).filter((one) => segmentAt(grid, kind, one))
      for (const one of next) await ask({ kind: 'segment', videoId, revision, renditionId, number: one }, 1)
      const around = new Set([number, ...next].map((one) => chunkOf(grid, one)))
      const lazy = isLazy(plan, renditionId) ? { renditionIds: [renditionId] } : {}
      if (kind === 'video') for (const chunk of around) await ask({ kind: 'chunk', videoId, revision, chunk, ...lazy }, 1)
    },
  }
}
