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

type OpenOptions = UploadOptions & { resumeStore: ResumeStore; key: string; signal: AbortSignal }

/** Goes on with the recorded upload if the server still takes parts of it, else begins another and records it. */
export async function openUpload(client: Client, source: UploadSource, options: OpenOptions): Promise<OpenUpload> {
  const record = await options.resumeStore.get(options.key)
  const found = record && (await goOn(client, source, options, record))
  return found ?? begin(client, source, options, { idempotencyKey: randomKey(), savedAt: Date.now() })
}

/** The recorded upload, begun once more if the answer to its begin was lost; undefined when there is none to go on with. */
async function goOn(client: Client, source: UploadSource, options: OpenOptions, record: ResumeRecord): Promise<OpenUpload | undefined> {
  try {
    const uploadId = record.uploadId ?? (await begin(client, source, options, record)).uploadId
    return await findUpload(client, uploadId, source.sizeBytes, options.signal)
  } catch (error) {
    // The key of a begin that was never answered was used with another title, say: this is another upload then.
    if (error instanceof SluiceError && error.code === 'idempotency_conflict') return undefined
    throw error
  }
}

async function begin(
  client: Client,
  { name: fileName, sizeBytes, mediaType }: UploadSource,
  { title, visibility, resumeStore, key, signal }: OpenOptions,
  record: ResumeRecord,
): Promise<OpenUpload> {
  await resumeStore.set(key, record)
  const body = { fileName, sizeBytes, mediaType, title, visibility }
  const { uploadId, videoId, partSizeBytes, partCount } = await client.uploads.begin(body, { idempotencyKey: record.idempotencyKey, signal })
  await resumeStore.set(key, { ...record, uploadId, videoId })
  return { uploadId, videoId, partSizeBytes, partCount, parts: new Map() }
}

/** The upload as the server has it; undefined when it or its video is gone, or it is of another size, so that another must be begun. */
export async function findUpload(client: Client, uploadId: string, sizeBytes: number, signal: AbortSignal): Promise<OpenUpload | undefined> {
  const upload = await client.uploads.get(uploadId, { signal }).catch(ifGone)
  if (upload?.sizeBytes !== sizeBytes || upload.state === 'aborted' || upload.state === 'expired') return undefined
  const { videoId, partSizeBytes, partCount } = upload
  // The upload of a video that was deleted stays open for a while, and can't be completed.
  const video = await client.videos.get(videoId, { signal }).catch(ifGone)
  if (!video) return undefined
  // A part that is shorter than it must be was cut off: it counts as missing.
  const whole = upload.parts.filter(({ partNumber, sizeBytes: bytes }) => bytes === lengthOf(spanOf(partNumber, sizeBytes, partSizeBytes)))
  const parts = new Map(whole.map(({ partNumber, etag }) => [partNumber, etag]))
  return { uploadId, videoId, partSizeBytes, partCount, parts, video: upload.state === 'completed' ? video : undefined }
}

function ifGone(error: unknown): undefined {
  if (!(error instanceof SluiceError && (error.status === 404 || error.status === 410))) throw error
}
