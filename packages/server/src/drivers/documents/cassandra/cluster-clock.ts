/** The cluster's time, for the timestamps by which the last of two writes wins: a process whose own clock is wrong must not win for ever. */

const syncEveryMs = 60_000
/** The first look connects and prepares, any may wait for a processor: the quickest of a few is the nearest (as NTP's clock filter, RFC 5905 §10). */
const looks = 4

export type ClusterClock = {
  /**
   * Microseconds, higher than any before of this process, off by half the quickest look's round trip at most. Rejects when the cluster's
   * time can't be asked for the first time.
   */
  nextTimestamp(): Promise<number>
}

/** `askMs` answers a node's time in milliseconds. Between two looks a clock that nobody sets is gone by. */
export function openClusterClock(askMs: () => Promise<number>, monotonicMs: () => number = () => performance.now()): ClusterClock {
  let offsetMs: number | undefined
  let syncedAt = -Infinity
  let syncing: Promise<void> | undefined
  let last = 0

  const sync = async (): Promise<void> => {
    let quickest = Infinity
    let nearest = 0
    for (let look = 0; look < looks; look++) {
      const asked = monotonicMs()
      const clusterMs = await askMs()
      const answered = monotonicMs()
      if (answered - asked >= quickest) continue
      quickest = answered - asked
      nearest = clusterMs - (asked + answered) / 2
    }
    offsetMs = nearest
    syncedAt = monotonicMs()
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
