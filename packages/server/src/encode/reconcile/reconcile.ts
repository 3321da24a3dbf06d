/** The reconciler: what queues and processes lose, documents bring back (DESIGN §2.1). */
import { remembered } from '../../base/once.ts'
import { sleep } from '../../base/time.ts'
import { beginWalk, minuteAfter, minuteOf, type Due } from '../../records/due.ts'
import type { EncodeDeps } from '../deps.ts'
import { lookAtVideo } from './look-at-video.ts'
import { scanVideosDaily } from './scan-videos.ts'
import { takeUpDeadLetters } from './take-up-dead-letters.ts'
import { walkDue, type DueHandler } from './walk-due.ts'

export type Reconciler = { stop(): Promise<void> }

/** What a due upload needs is the upload feature's to know: it answers when to look again (ms since the epoch), or undefined when it has ended. */
export type UploadDueHandler = (due: Due) => Promise<number | undefined>

const normal = { everyMs: 60_000, backMinutes: 10, aheadMinutes: 0, isShared: true }
/** The depth is dear, and many videos are looked at in a round. */
const depthMs = 30_000
const fast = { everyMs: 2000, backMinutes: 2, aheadMinutes: 3, isShared: false }

/** One round: due entries, then dead letters. */
export async function reconcileOnce(deps: EncodeDeps, onDueUpload: UploadDueHandler, signal: AbortSignal): Promise<void> {
  const pace = deps.limits.fastDue ? fast : normal
  const { backMinutes, aheadMinutes, isShared } = pace
  const lookAtUpload = async (due: Due): Promise<Due | undefined> => {
    const againAt = await onDueUpload(due)
    return againAt === undefined ? undefined : { ...due, atMinute: minuteOf(againAt) }
  }
  const depth = remembered(() => deps.queue.depth(), depthMs)
  const handlers: Record<Due['kind'], DueHandler> = { video: (due) => lookAtVideo(deps, due, depth), upload: lookAtUpload }
  // A newer version may know further kinds: theirs are kept for its encoders.
  const keep: DueHandler = async (due) => ({ ...due, atMinute: minuteAfter(deps.clock()) })
  await walkDue(deps, (due) => (handlers[due.kind] ?? keep)(due), { backMinutes, aheadMinutes, isShared, signal })
  if (!isShared || (await beginWalk(deps.documents, 'dead-letters', minuteOf(deps.clock())))) await takeUpDeadLetters(deps)
}

/** Rounds until stopped, the first at once, and beside them the daily scan; what fails is logged, and the next round repeats it. */
export function startReconciler(deps: EncodeDeps, onDueUpload: UploadDueHandler): Reconciler {
  const stop = new AbortController()
  const everyMs = (deps.limits.fastDue ? fast : normal).everyMs
  const repeat = async (round: () => Promise<void>): Promise<void> => {
    while (!stop.signal.aborted) {
      await round().catch((error: unknown) => deps.log.warn({ err: error }, 'a round of the reconciler failed'))
      // Spread, so that many encoders do not all look in the same second.
      await sleep(everyMs * (0.75 + Math.random() / 2), stop.signal)
    }
  }
  const running = Promise.all([repeat(() => reconcileOnce(deps, onDueUpload, stop.signal)), repeat(() => scanVideosDaily(deps, stop.signal))])
  return {
    async stop() {
      stop.abort()
      await running
    },
  }
}
