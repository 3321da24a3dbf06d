/** What an owner reads below the reason why a video failed: which work gave up, and what was said of it. Pure. */
import type { Message } from '../../domain/messages.ts'
import { redact } from '../../media/redact.ts'

/** An owner can do little with more, and a document is read often. */
const longestSaid = 400

/** `chunk 3 of the picture: MediaRunError: ffmpeg ended: stalled`. Without URLs, whatever `said` held. */
export const failureDetail = (message: Message, said: string): string => `${workOf(message)}: ${redact(said).slice(0, longestSaid)}`

/** An error in one line. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

function workOf(message: Message): string {
  if (message.kind === 'chunk') return `chunk ${message.chunk} of the picture`
  if (message.kind === 'audio') return `sound ${message.renditionId}`
  return message.kind === 'inspect' ? 'inspection' : message.kind
}
