/** How long a run has waited for a processor: what tells a starved tool from a hung one. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Seconds that the threads of a process group, those that live, have stood in the queue of a processor so far, all
 * together. Undefined where the system does not tell (Linux does: /proc/…/schedstat).
 */
export function waitedSeconds(group: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  let nanoseconds = 0
  let known = false
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      // After the name, which may hold anything: state, parent, group.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) continue
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[1])
        known = true
      }
    } catch (error) {
      // It ended while it was looked at, or is not ours to look at.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  return known ? nanoseconds / 1e9 : undefined
}
