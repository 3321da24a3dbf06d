/** completing → open: the store did not take the parts, and the client may send them again. */
import { minuteAfter, writeDue } from '../records/due.ts'
import { updateUpload, type Upload } from '../records/upload.ts'
import type { UploadDeps } from './deps.ts'

/** What was stored stays. */
export async function reopen(deps: UploadDeps, upload: Upload): Promise<void> {
  await change(deps, upload, upload.storeUploadId)
}

/** The store's upload is gone, or made the wrong object: it goes on with a new one, without parts. */
export async function startOver(deps: UploadDeps, upload: Upload): Promise<void> {
  const { objects } = deps
  const { key, sizeBytes, partSizeBytes, mediaType } = upload
  const storeUploadId = await objects.createUpload('raw', key, { sizeBytes, partSizeBytes, mediaType })
  const now = await change(deps, upload, storeUploadId)
  if (now?.storeUploadId !== storeUploadId) await objects.abortUpload({ bucket: 'raw', key, uploadId: storeUploadId })
}

async function change({ documents, clock }: UploadDeps, upload: Upload, storeUploadId: string): Promise<Upload | undefined> {
  // Its expiry's entry may have been walked while it was completing.
  await writeDue(documents, { kind: 'upload', id: upload.id, atMinute: minuteAfter(Math.max(upload.expiresAt, clock())) })
  return updateUpload(documents, upload.id, (now) => {
    if (now.state !== 'completing' || now.storeUploadId !== upload.storeUploadId) return undefined
    return { ...now, storeUploadId, state: 'open', partsSha256: undefined }
  })
}
