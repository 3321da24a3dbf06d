/** Processor time of one process, or of a process and all that it started. */
import * as ofProcess from '../../packages/server/src/base/processor-time.ts'
import { descendantsOf } from '../../scripts/test/descendants.ts'

/** User and system seconds of this process itself so far, all threads. */
export const ownSeconds = (pid: number): number => orNone(() => ofProcess.processorSeconds(pid))

/** The same with everything below it: children that ended and were waited for, and those that still run. */
export const treeSeconds = (pid: number): number =>
  [pid, ...descendantsOf(pid).map((process) => process.pid)].reduce((sum, one) => sum + orNone(() => ofProcess.processorSeconds(one, { withChildren: true })), 0)

/** User and system seconds of the children that this process waited for so far. */
export const endedChildrenSeconds = (): number => orNone(() => ofProcess.endedChildrenSeconds(process.pid))

/** None of a process that is gone. */
function orNone(seconds: () => number): number {
  try {
    return seconds()
  } catch {
    return 0
  }
}
