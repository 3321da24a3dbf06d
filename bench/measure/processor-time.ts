/** Processor time from /proc: of one process, or of a process and all that it started. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { descendantsOf } from '../../scripts/test/descendants.ts'

/** Clock ticks per second in /proc (sysconf _SC_CLK_TCK). */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** User and system seconds of this process itself so far, all threads. */
export const ownSeconds = (pid: number): number => ticks(pid, false) / ticksPerSecond

/** The same with everything below it: children that ended and were waited for, and those that still run. */
export const treeSeconds = (pid: number): number =>
  [pid, ...descendantsOf(pid).map((process) => process.pid)].reduce((sum, one) => sum + ticks(one, true), 0) / ticksPerSecond

/** proc(5): after the name come state, ppid, … with utime, stime, cutime, cstime as fields 14 to 17. */
function ticks(pid: number, withChildren: boolean): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15) as [number, number, number, number]
    return user + system + (withChildren ? childrenUser + childrenSystem : 0)
  } catch {
    return 0
  }
}

/** User and system seconds of the children that this process waited for so far. */
export const endedChildrenSeconds = (): number => (ticks(process.pid, true) - ticks(process.pid, false)) / ticksPerSecond
