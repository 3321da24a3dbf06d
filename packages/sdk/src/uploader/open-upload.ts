/** Begins an upload, or finds the one that an earlier run began. */
import type { Video } from '@sluice/contract'
import { randomKey, type Client } from '../client.ts'
import { SluiceError } from '../error.ts'
import { lengthOf, spanOf } from './parts.ts'
import { type ResumeRecord, type ResumeStore } from './resume-store.ts'
import type { UploadSource } from './source.ts'
import type { UploadOptions } from './types.ts'

/** An upload that the server knows. `parts`: ETags of the parts that it has; undefined where the store keeps the ETag from us. */
export type OpenUpload = {
  uploadId: string
  videoId: string
  partSizeBytes: number
  partCount: number
  parts: Map<number, string | undefined>
  /** Set when there is nothing left to do. */
  video?: Video
}

/** Goes on with the recorded upload if the server still takes parts of it, else begins another and records it. */
export async function openUpload(
  client: Client,
  source: UploadSource,
  options: UploadOptions & { resumeStore: ResumeStore; key: string; signal: AbortSignal },
): Promise<OpenUpload> {
  const { resumeStore, key, signal } = options
  let record = await resumeStore.get(key)
  if (record?.uploadId) {
    const found = await findUpload(client, record.uploadId, source.sizeBytes, signal)
    if (found) return found
    record = undefined
  }
  const isRepeated = record !== undefined
  record ??= { idempotencyKey: randomKey(), savedAt: Date.now() }
  await resumeStore.set(key, record)
  try {
    return await begin(client, source, options, record, isRepeated)
  } catch (error) {
    // The key of a begin that was never answered was used with another title, say: this is another upload then.
    if (!(error instanceof SluiceError && error.code === 'idempotency_conflict')) throw error
    return begin(client, source, options, { idempotencyKey: randomKey(), savedAt: Date.now() }, false)
  }
}

async function begin(
  client: Client,
  source: UploadSource,
  { title, visibility, resumeStore, key, signal }: Parameters<typeof openUpload>[2],
  record: ResumeRecord,
  isRepeated: boolean,
): Promise<OpenUpload> {
  const { name: fileName, sizeBytes, mediaType } = source
  const body = { fileName, sizeBytes, mediaType, title, visibility }
  const begun = await client.uploads.begin(body, { idempotencyKey: record.idempotencyKey, signal })
  const { uploadId, videoId, partSizeBytes, partCount } = begun
  await resumeStore.set(key, { ...record, uploadId, videoId })
  // The answer may be one of an earlier run, which has sent parts since; a key of our own making has none.
  const found = isRepeated ? await findUpload(client, uploadId, sizeBytes, signal) : undefined
  return found ?? { uploadId, videoId, partSizeBytes, partCount, parts: new Map() }
}

/** The upload as the server has it; undefined when it is gone or of another size, so that another must be begun. */
export async function findUpload(client: Client, uploadId: string, sizeBytes: number, signal: AbortSignal): Promise<OpenUpload | undefined> {
  let upload
  try {
    upload = await client.uploads.get(uploadId, { signal })
  } catch (error) {
    if (error instanceof SluiceError && (error.status === 404 || error.status === 410)) return undefined
    throw error
  }
  if (upload.sizeBytes !== sizeBytes || upload.state === 'aborted' || upload.state === 'expired') return undefined
  const { videoId, partSizeBytes, partCount } = upload
  // A part that is shorter than it must be was cut off: it counts as missing.
  const whole = upload.parts.filter(({ partNumber, sizeBytes: bytes }) => bytes === lengthOf(spanOf(partNumber, sizeBytes, partSizeBytes)))
  const parts = new Map(whole.map(({ partNumber, etag }) => [partNumber, etag]))
  const video = upload.state === 'completed' ? await client.videos.get(videoId, { signal }) : undefined
  return { uploadId, videoId, partSizeBytes, partCount, parts, video }
}
