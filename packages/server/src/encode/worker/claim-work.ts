/** Claims a task's work for this worker, so that its duplicates in other processes end at once instead of doing it again. */
import { VersionConflict } from '../../base/errors.ts'
import type { Message } from '../../domain/messages.ts'
import { createClaim, removeClaim, renewClaim } from '../../records/claim.ts'
import type { EncodeDeps } from '../deps.ts'
import { leaseSeconds } from './hold-lease.ts'

/** Kinds that are asked for more than once: by viewers on several edges, by a chunk's moving up, by an account's next turn, by the reconciler of a copy that still waits. */
const claimedKinds: ReadonlySet<Message['kind']> = new Set(['segment', 'chunk', 'inspect', 'remux'])

/** A viewer who asks again must not wait for the lease of an encoder that died; a chunk's encode is not worth doing twice sooner. */
const claimSecondsOf = ({ kind }: Message): number => (kind === 'segment' ? 10 : leaseSeconds)

/**
 * Ends the claim, or undefined when another worker is at it: its own lease brings the task back should it die. A task
 * that was handed out before is never turned away: its claim may be what a dead worker left.
 */
export async function claimWork(deps: Pick<EncodeDeps, 'documents' | 'log'>, message: Message, attempt: number): Promise<(() => Promise<void>) | undefined> {
  const nothingHeld = async () => {}
  if (!claimedKinds.has(message.kind)) return nothingHeld
  const { videoId } = message
  const work = JSON.stringify(message)
  const complain = (error: unknown) => {
    if (!(error instanceof VersionConflict)) deps.log.warn({ err: error, videoId }, 'a claim could not be kept: somebody may do the same work')
  }
  const claimSeconds = claimSecondsOf(message)
  let version: string | undefined
  try {
    version = await createClaim(deps.documents, videoId, work, claimSeconds)
  } catch (error) {
    complain(error)
    return nothingHeld
  }
  if (version === undefined) return attempt === 1 ? undefined : nothingHeld
  let renewing: Promise<void> = Promise.resolve()
  const renew = async () => {
    version = await renewClaim(deps.documents, videoId, work, version!, claimSeconds)
  }
  const timer = setInterval(() => (renewing = renewing.then(renew).catch(complain)), (claimSeconds * 1000) / 3)
  return async () => {
    clearInterval(timer)
    await renewing
    await removeClaim(deps.documents, videoId, work, version!).catch(complain)
  }
}
