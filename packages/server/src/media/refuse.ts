/** A source that can't be played, and the sentence that tells a person why. */
import { mediaFailures, type MediaFailureCode } from '@sluice/contract'
import { MediaRunError } from './run.ts'

/** Thrown by inspection: no retry will help. `message` is shown to the owner. */
export class MediaRefused extends Error {
  override name = 'MediaRefused'
  readonly code: MediaFailureCode
  constructor(code: MediaFailureCode, detail?: string) {
    super(detail ? `${mediaFailures[code]} ${detail}` : mediaFailures[code])
    this.code = code
  }
}

/** Signs in ffmpeg's words that the source could not be read, which says nothing about the file. */
const unreachable = /Connection (?:refused|reset|timed out)|Server returned 5|HTTP error [345]|Network is unreachable|Input\/output error|Stream ends prematurely|timed out|Failed to resolve/i

/** Whether ffmpeg said that the source could not be read, though it may have ended well. */
export const unreadableSource = (stderr: string): boolean => unreachable.test(stderr)

/** Its words of a store that is down or drops its answers, at the start of a line: text of a file does not get there. */
const dropped = /^\[(?:https?|tcp|tls) @ [^\]]*\] (?:Stream ends prematurely|Connection .*(?:refused|reset|timed out))|^\S+: (?:Server returned 5|Connection (?:refused|reset|timed out))/m

/** A run failed because the store or the way to it did: another try will help, however often it takes. */
export const isDropped = (error: unknown): boolean => error instanceof MediaRunError && error.reason === 'exit' && dropped.test(error.stderrTail)

/** Whether ffmpeg ran into a limit of its memory, though it may have gone on with what it had. */
export const ranOutOfMemory = (stderr: string): boolean => /Cannot allocate memory|Cannot add index entry/i.test(stderr)

/** The refusal that a failed run of ffprobe or ffmpeg over a source means, or undefined when another try may help. */
export function refusalOf(error: unknown): MediaRefused | undefined {
  if (error instanceof MediaRunError && (error.reason === 'cpu' || error.reason === 'limit')) return new MediaRefused('limits', 'It asks for more work than a file of its size may.')
  if (!(error instanceof MediaRunError) || error.reason !== 'exit') return undefined
  const said = error.stderrTail
  if (unreachable.test(said)) return undefined
  if (/moov atom not found|end of file|Truncat/i.test(said)) return new MediaRefused('truncated')
  if (/max_streams|max pixel count/i.test(said) || ranOutOfMemory(said)) return new MediaRefused('limits')
  return new MediaRefused('not_media')
}
