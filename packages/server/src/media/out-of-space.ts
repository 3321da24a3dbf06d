/** Whether something failed because a disk is full: no fault of any file, and over when there is room again. */
import { MediaRunError } from './run.ts'

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** ffmpeg says it in the system's words (in English: its environment is ours). */
const words = /No space left on device|Disk quota exceeded/

export const isOutOfSpace = (error: unknown): boolean =>
  error instanceof MediaRunError ? words.test(error.stderrTail) : error instanceof Error && codes.has((error as NodeJS.ErrnoException).code)
