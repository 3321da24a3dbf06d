/** Keeps a task's leases while its work runs, and tells the work when it was lost. */
import { LeaseLost } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Lease } from '../../ports/queue.ts'

export const leaseSeconds = 30

/**
 * Extends every lease three times per period, so that one lost answer loses nothing. A lost lease leaves the list; with
 * the last one the work is aborted. Call the result when the work is over.
 */
export function holdLeases(leases: Lease[], abort: AbortController, log: Log): () => void {
  const extending = new Set<Lease>()
  const extend = async (lease: Lease): Promise<void> => {
    extending.add(lease)
    try {
      await lease.extend()
    } catch (error) {
      if (!(error instanceof LeaseLost)) return log.warn({ err: error, videoId: lease.videoId }, 'lease not extended, trying again')
      leases.splice(leases.indexOf(lease), 1)
      if (leases.length === 0) abort.abort(error)
    } finally {
      extending.delete(lease)
    }
  }
  const timer = setInterval(() => {
    for (const lease of leases) if (!extending.has(lease)) void extend(lease)
  }, (leaseSeconds * 1000) / 3)
  return () => clearInterval(timer)
}
