/** Does one task, whatever its kind, and decides what a failure means for the video. */
import { DriverUnavailable, VersionConflict } from '../../base/errors.ts'
import type { Message } from '../../domain/messages.ts'
import { isOutOfSpace } from '../../media/out-of-space.ts'
import { isDropped } from '../../media/refuse.ts'
import { MediaRunError } from '../../media/run.ts'
import { MediaToolsMissing } from '../../media/tools.ts'
import { countFailure, failedAttemptsLimit, isDispensable } from './count-failure.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { encodeAudio } from '../tasks/encode-audio.ts'
import { encodeChunk } from '../tasks/encode-chunk.ts'
import { encodeOpening } from '../tasks/encode-opening.ts'
import { encodePoster } from '../tasks/encode-poster.ts'
import { encodeSegment } from '../tasks/encode-segment.ts'
import { GiveBack, SourceMissing } from './errors.ts'
import { failureOf, failVideo } from './fail-video.ts'
import { failureDetail, wordsOf } from './failure-detail.ts'
import { inspect } from '../plan/inspect.ts'
import { makeExtra } from '../tasks/make-extra.ts'
import { remux } from '../plan/remux.ts'
import { sweepVideo } from '../reconcile/sweep.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'
import { upgrade } from '../tasks/upgrade.ts'

/** What a video can do without is given up quietly after this many deliveries. */
const dispensableDeliveries = 4

/**
 * Resolves when the task is done, or when nothing more is to be done about it. Rejects when it is to be delivered again:
 * with GiveBack, DriverUnavailable and the like (nothing counted), or after a failed attempt was counted.
 */
export async function handleTask(deps: EncodeDeps & { progress: ProgressTracker }, message: Message, context: TaskContext): Promise<void> {
  try {
    await perform(deps, message, context)
  } catch (error) {
    if (context.signal.aborted || isOutage(error)) throw error
    if (isDispensable(message)) {
      if (context.attempt < dispensableDeliveries) throw error
      deps.log.error({ err: error, ...message }, 'given up')
      return
    }
    const failures = await countFailure(deps, message)
    if (failures < failedAttemptsLimit) throw error
    deps.log.error({ err: error, ...message, failures }, 'a task failed for good')
    const failure = failureOf(error instanceof SourceMissing ? 'source_missing' : 'encode_failed')
    await failVideo(deps, message.videoId, failure, failureDetail(message, wordsOf(error)))
  }
}

/** The fault is not the file's: it is worth waiting for its end, however long. */
export const isOutage = (error: unknown): boolean =>
  error instanceof GiveBack ||
  error instanceof DriverUnavailable ||
  error instanceof VersionConflict ||
  error instanceof MediaToolsMissing ||
  isOutOfSpace(error) ||
  isDropped(error) ||
  (error instanceof MediaRunError && error.reason === 'spawn')

function perform(deps: EncodeDeps & { progress: ProgressTracker }, message: Message, context: TaskContext): Promise<unknown> {
  switch (message.kind) {
    case 'inspect':
      return inspect(deps, message, context)
    case 'remux':
      return remux(deps, message, context)
    case 'opening':
      return encodeOpening(deps, message, context)
    case 'chunk':
      return encodeChunk(deps, message, context)
    case 'audio':
      return encodeAudio(deps, message, context)
    case 'segment':
      return encodeSegment(deps, message, context)
    case 'poster':
      return encodePoster(deps, message, context)
    case 'extra':
      return makeExtra(deps, message, context)
    case 'upgrade':
      return upgrade(deps, message, context)
    case 'sweep':
      return sweepVideo(deps, message.videoId, { graceMinutes: deps.limits.sweepGraceMinutes })
  }
}
