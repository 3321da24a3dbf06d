/** Completes an upload whose parts are sent; says which parts the server turns out not to have. */
import type { Video } from '@sluice/contract'
import type { Client } from '../client.ts'
import { SluiceError } from '../error.ts'
import { findUpload, type OpenUpload } from './open-upload.ts'
import { patiently, type Patience } from './patience.ts'

/**
 * The video; or undefined when parts are missing or differ: then `upload.parts` was corrected and the rest must be sent again.
 * Repeats itself after lost answers.
 */
export async function completeUpload(client: Client, upload: OpenUpload, sizeBytes: number, patience: Patience): Promise<Video | undefined> {
  if ([...upload.parts.values()].includes(undefined)) await reload()
  const parts = [...upload.parts].map(([partNumber, etag]) => ({ partNumber, etag: etag ?? '' })).sort((a, b) => a.partNumber - b.partNumber)
  if (parts.length < upload.partCount) return undefined
  try {
    return (await patiently(patience, () => client.uploads.complete(upload.uploadId, { parts }, { signal: patience.signal }))).video
  } catch (error) {
    if (!(error instanceof SluiceError && (error.code === 'parts_missing' || error.code === 'part_mismatch'))) throw error
    await reload()
    return undefined
  }

  /** The server's list is the truth: of another tab's parts too, and of a part that we have an old ETag of. */
  async function reload(): Promise<void> {
    const found = await patiently(patience, () => findUpload(client, upload.uploadId, sizeBytes, patience.signal))
    if (!found) throw new SluiceError('The upload is gone', { status: 404, code: 'upload_not_found' })
    upload.parts = found.parts
  }
}
