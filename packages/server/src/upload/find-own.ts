/** The upload that an account may touch. */
import { isId } from '../domain/keys.ts'
import { ProblemError } from '../http/problem.ts'
import { readUpload, type Upload } from '../records/upload.ts'
import type { UploadDeps } from './deps.ts'

/** `upload_not_found` also for another account's: that it exists is nobody else's business. */
export async function findOwnUpload({ documents }: Pick<UploadDeps, 'documents'>, accountId: string, uploadId: string): Promise<Upload> {
  const upload = isId(uploadId) ? await readUpload(documents, uploadId) : undefined
  if (upload?.accountId !== accountId) throw new ProblemError('upload_not_found')
  return upload
}

/** Throws the problem of an upload that takes no more parts. */
export function refuseUnlessOpen(upload: Upload): void {
  if (upload.state === 'aborted') throw new ProblemError('upload_aborted')
  if (upload.state === 'expired') throw new ProblemError('upload_expired')
  if (upload.state !== 'open') throw new ProblemError('upload_finished')
}
