/** Processor time of processes, as Linux tells it in /proc. */
import { readFileSync } from 'node:fs'

/** USER_HZ, in which /proc counts: a constant wherever Node runs. */
const ticksPerSecond = 100

/**
 * User and system seconds of a process, all its threads; `withChildren`: and of its children that ended and were waited
 * for. proc(5): utime, stime, cutime and cstime are fields 14 to 17. Throws where there is no such process, or no /proc.
 */
export function processorSeconds(pid: number, { withChildren = false }: { withChildren?: boolean } = {}): number {
  return secondsOf(pid, 14, withChildren ? 17 : 15)
}

/** Of its children alone: those that ended and were waited for, with theirs. Throws as processorSeconds does. */
export const endedChildrenSeconds = (pid: number): number => secondsOf(pid, 16, 17)

/** The sum of those fields of the process's line, counted from 1 as proc(5) does. */
function secondsOf(pid: number, first: number, last: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name before, the second field, may hold anything, blanks and brackets too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(first - 3, last - 2).map(Number)
  return fields.reduce((sum, ticks) => sum + ticks, 0) / ticksPerSecond
}
