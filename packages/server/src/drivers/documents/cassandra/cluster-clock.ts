/** The cluster's time, for the timestamps by which the last of two writes wins: a process whose own clock is wrong must not win for ever. */

const syncEveryMs = 60_000

export type ClusterClock = {
  /** Microseconds, higher than any before of this process. Rejects when the cluster's time can't be asked for the first time. */
  nextTimestamp(): Promise<number>
}

/** `askMs` answers a node's time in milliseconds. Between two looks a clock that nobody sets is gone by. */
export function openClusterClock(askMs: () => Promise<number>, monotonicMs: () => number = () => performance.now()): ClusterClock {
  let offsetMs: number | undefined
  let syncedAt = -Infinity
  let syncing: Promise<void> | undefined
  let last = 0

  const sync = async (): Promise<void> => {
    const asked = monotonicMs()
    const clusterMs = await askMs()
    const answered = monotonicMs()
    offsetMs = clusterMs - (asked + answered) / 2
    syncedAt = answered
  }
  const syncOnce = () => (syncing ??= sync().finally(() => (syncing = undefined)))

  return {
    async nextTimestamp() {
      if (offsetMs === undefined) await syncOnce()
      // What is known stays good when the cluster does not answer: the write itself will say so.
      else if (monotonicMs() - syncedAt > syncEveryMs) syncOnce().catch(() => {})
      last = Math.max(last + 1, Math.floor((offsetMs! + monotonicMs()) * 1000))
      return last
    },
  }
}
