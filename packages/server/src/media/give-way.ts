/** Runs of this process give way to each other: while one that somebody waits for works, those of a higher nice stand still, but for what has cores of its own. */
import { availableParallelism } from 'node:os'
import { kill } from 'node:process'

/**
 * Nice alone lets bulk have what the urgent run leaves of a processor, and with it its caches: an encode that a viewer
 * waits for took a fifth longer (docs/decisions/0023-bulk-stands-still.md).
 */
export type GivingWay = {
  /** A run leads a process group of its own, and may keep `threads` cores busy. Call the result when it is to end or has ended; again does nothing. */
  enter(pid: number, nice: number, threads?: number): () => void
}

/** What somebody waits for is given so many, whatever its threads: it is one segment, and the rest of a larger machine works on. */
const coresOfRun = 2
/** Work that never ends must not starve the rest: after so long all go on by their nice alone, for as long. */
const longestStandMs = 5000

type Options = { signal?: (pid: number, signal: 'SIGSTOP' | 'SIGCONT') => void; standMs?: number; cores?: number }
type Run = { pid: number; nice: number; threads: number; stands: boolean }

export function openGivingWay({ signal = signalGroup, standMs = longestStandMs, cores = availableParallelism() }: Options = {}): GivingWay {
  const runs = new Set<Run>()
  let timer: NodeJS.Timeout | undefined
  let isBreather = false

  function settle(): void {
    const nices = new Set([...runs].map(({ nice }) => nice))
    if (nices.size < 2) {
      clearTimeout(timer)
      timer = undefined
      isBreather = false
    } else timer ??= setTimeout(turn, standMs).unref()
    const least = isBreather ? Infinity : Math.min(...nices)
    let free = cores
    for (const run of [...runs].sort((a, b) => a.nice - b.nice)) {
      const isFirst = run.nice <= least
      const stands = !isFirst && run.threads > free
      if (!stands) free -= isFirst ? coresOfRun : run.threads
      tell(run, stands)
    }
  }

  function tell(run: Run, stands: boolean): void {
    if (stands !== run.stands) signal(run.pid, stands ? 'SIGSTOP' : 'SIGCONT')
    run.stands = stands
  }

  function turn(): void {
    timer = undefined
    isBreather = !isBreather
    settle()
  }

  return {
    enter(pid, nice, threads = coresOfRun) {
      const run: Run = { pid, nice, threads, stands: false }
      runs.add(run)
      settle()
      return () => {
        if (!runs.delete(run)) return
        // One that stands would not hear that it is to end.
        tell(run, false)
        settle()
      }
    },
  }
}

/** A group that is gone has nothing to be told. */
function signalGroup(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
