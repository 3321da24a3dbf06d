/** How many threads a task's ffmpeg gets, so that all tasks of a machine together keep it busy and not more. Pure. */
import { availableParallelism } from 'node:os'

/** More gain nothing for one decode and its ladder, and each costs frames of memory. */
const mostThreads = 16

/**
 * Bulk tasks share the processors: `slots` of them together have as many threads as there are (one more a task where
 * that does not divide). What somebody waits for may use them all: there is little of it, and bulk yields by its nice.
 */
export function threadBudget(nice: number, slots: number, processors: number = availableParallelism()): number {
  return Math.min(mostThreads, nice > 0 ? Math.max(1, Math.ceil(processors / slots)) : processors)
}
