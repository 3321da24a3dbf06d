/** What an upload has so far, for a client that resumes. */
import type { UploadAnswer } from '@sluice/contract'
import { UploadNotFound } from '../base/errors.ts'
import type { Part } from '../ports/objects.ts'
import type { Upload } from '../records/upload.ts'
import type { UploadDeps } from './deps.ts'
import { findOwnUpload } from './find-own.ts'

/** Its parts while it is open or completing; none before the first and after the end. Problems: `upload_not_found`. */
export async function uploadStatus(deps: UploadDeps, accountId: string, uploadId: string): Promise<UploadAnswer> {
  const upload = await findOwnUpload(deps, accountId, uploadId)
  const isRunning = upload.state === 'open' || upload.state === 'completing'
  const { videoId, state, fileName, sizeBytes, partSizeBytes, partCount, expiresAt } = upload
  const parts = isRunning ? await storedParts(deps, upload) : []
  return { uploadId, videoId, state, fileName, sizeBytes, partSizeBytes, partCount, parts, expiresAt }
}

/** The store's parts; none when it knows the upload no more. */
export async function storedParts({ objects }: Pick<UploadDeps, 'objects'>, upload: Upload): Promise<Part[]> {
  try {
    return await objects.listParts({ bucket: 'raw', key: upload.key, uploadId: upload.storeUploadId })
  } catch (error) {
    if (error instanceof UploadNotFound) return []
    throw error
  }
}
