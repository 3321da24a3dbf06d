/** Keeps a task's lease while its work runs, and tells the work when it was lost. */
import { LeaseLost } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Lease } from '../ports/queue.ts'

export const leaseSeconds = 30

/** Extends three times per lease, so that one lost answer loses nothing. Call the result when the work is over. */
export function holdLease(lease: Lease, abort: AbortController, log: Log): () => void {
  let extending = false
  const timer = setInterval(async () => {
    if (extending) return
    extending = true
    try {
      await lease.extend()
    } catch (error) {
      if (error instanceof LeaseLost) abort.abort(error)
      else log.warn({ err: error, videoId: lease.videoId }, 'lease not extended, trying again')
    } finally {
      extending = false
    }
  }, (leaseSeconds * 1000) / 3)
  return () => clearInterval(timer)
}
