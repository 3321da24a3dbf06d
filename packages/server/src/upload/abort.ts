/** The owner gives an upload up: its parts and its video are gone. */
import { ProblemError } from '../http/problem.ts'
import { closeUpload } from './close.ts'
import type { UploadDeps } from './deps.ts'
import { findOwnUpload } from './find-own.ts'

/** Repeatable. Problems: `upload_not_found`, `upload_finished` (delete the video instead). */
export async function abortUpload(deps: UploadDeps, accountId: string, uploadId: string): Promise<void> {
  const upload = await findOwnUpload(deps, accountId, uploadId)
  const closed = await closeUpload(deps, upload, 'aborted')
  if (closed.state === 'completing' || closed.state === 'completed') throw new ProblemError('upload_finished')
}
