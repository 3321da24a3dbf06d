/** A source that can't be played, and the sentence that tells a person why. */
import { mediaFailures, type MediaFailureCode } from '@sluice/contract'

/** Thrown by inspection: no retry will help. `message` is shown to the owner. */
export class MediaRefused extends Error {
  override name = 'MediaRefused'
  readonly code: MediaFailureCode
  constructor(code: MediaFailureCode, detail?: string) {
    super(detail ? `${mediaFailures[code]} ${detail}` : mediaFailures[code])
    this.code = code
  }
}
