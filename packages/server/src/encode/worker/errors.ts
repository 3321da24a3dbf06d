/** Why a task did not end well, where the worker must tell one reason from another. */
import { SpanMismatch } from '../../media/check-span.ts'
import { isOutOfSpace } from '../../media/out-of-space.ts'
import { isDropped } from '../../media/refuse.ts'
import { MediaRunError } from '../../media/run.ts'

/** The uploaded file is not in the store. Counts as a failed attempt; the last one names it as the video's failure. */
export class SourceMissing extends Error {
  override name = 'SourceMissing'
}

/** Not this worker's to do now: the task goes back to the queue, and no failed attempt is counted. */
export class GiveBack extends Error {
  override name = 'GiveBack'
  readonly delaySeconds: number
  constructor(message: string, delaySeconds: number) {
    super(message)
    this.delaySeconds = delaySeconds
  }
}

/** The encode ran and did not give what the plan says: another mode may. Not a missing tool, a full disk, a store that drops its answers or an end that was asked for. */
export const isDecodingTrouble = (error: unknown): boolean =>
  error instanceof SpanMismatch ||
  (error instanceof MediaRunError && error.reason !== 'spawn' && error.reason !== 'aborted' && !isOutOfSpace(error) && !isDropped(error))
