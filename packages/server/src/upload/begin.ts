/** Opens an upload: its limits, the store's multipart upload, the documents of upload and video. */
import type { BeginUpload } from '@sluice/contract'
import { VersionConflict } from '../base/errors.ts'
import { newId, sourceKey } from '../domain/keys.ts'
import type { Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import { minuteAfter, writeDue } from '../records/due.ts'
import { seedOf } from '../records/idempotency.ts'
import { listInChannel } from '../records/listing.ts'
import { createUpload, listOpenUpload, readUpload, unlistOpenUpload, type Upload } from '../records/upload.ts'
import { createVideo } from '../records/video.ts'
import { choosePartSize } from './choose-part-size.ts'
import { refuseTooManyUploads } from './count-open.ts'
import type { UploadDeps } from './deps.ts'

/** RFC 9110 §8.3.1, without parameters. It is only a hint: inspection decides what the file is. */
const mediaTypePattern = /^[\w.+-]+\/[\w.+-]+$/

type Ids = { uploadId: string; videoId: string }

/**
 * The new upload, or with a repeated `idempotencyKey` the one that it opened before.
 * Problems: `file_empty`, `file_too_large`, `too_many_uploads`, `idempotency_conflict`.
 */
export async function beginUpload(deps: UploadDeps, accountId: string, file: BeginUpload, idempotencyKey?: string): Promise<Upload> {
  const { documents, limits } = deps
  if (file.sizeBytes === 0) throw new ProblemError('file_empty')
  if (file.sizeBytes > limits.maxFileBytes) {
    throw new ProblemError('file_too_large', { detail: `At most ${limits.maxFileBytes} bytes`, members: { limit: limits.maxFileBytes } })
  }
  const mint = (): Ids => ({ uploadId: newId(), videoId: newId() })
  const ids = idempotencyKey === undefined ? mint() : await seedOf(documents, accountId, idempotencyKey, file, mint)
  if (!ids) throw new ProblemError('idempotency_conflict')

  const upload = (await readUpload(documents, ids.uploadId)) ?? (await open(deps, accountId, file, ids))
  if (upload.state !== 'open') return upload
  // Also after a repeated call: the first one may have ended before these.
  const video = newVideo(upload, file)
  await createVideo(documents, video).catch(ignoreConflict)
  await listInChannel(documents, video)
  return upload
}

async function open(deps: UploadDeps, accountId: string, file: BeginUpload, { uploadId, videoId }: Ids): Promise<Upload> {
  const { documents, objects, limits } = deps
  const createdAt = deps.clock()
  const expiresAt = createdAt + limits.expirySeconds * 1000
  const { partSizeBytes, partCount } = choosePartSize(file.sizeBytes)
  const mediaType = mediaTypePattern.test(file.mediaType ?? '') ? file.mediaType! : 'application/octet-stream'
  const key = sourceKey(videoId, uploadId)

  await listOpenUpload(documents, accountId, { uploadId, createdAt }, limits.expirySeconds + 3600)
  try {
    await refuseTooManyUploads(deps, accountId, uploadId)
    await writeDue(documents, { kind: 'upload', id: uploadId, atMinute: minuteAfter(expiresAt), key })
    const storeUploadId = await objects.createUpload('raw', key, { sizeBytes: file.sizeBytes, partSizeBytes, mediaType })
    const upload: Upload = {
      id: uploadId,
      videoId,
      accountId,
      state: 'open',
      key,
      storeUploadId,
      fileName: file.fileName,
      mediaType,
      sizeBytes: file.sizeBytes,
      partSizeBytes,
      partCount,
      createdAt,
      expiresAt,
    }
    try {
      await createUpload(documents, upload)
      return upload
    } catch (error) {
      // The same request, sent twice at once: the other one opened it.
      const other = error instanceof VersionConflict ? await readUpload(documents, uploadId) : undefined
      if (!other) throw error
      await objects.abortUpload({ bucket: 'raw', key, uploadId: storeUploadId })
      return other
    }
  } catch (error) {
    if ((await readUpload(documents, uploadId)) === undefined) await unlistOpenUpload(documents, accountId, uploadId)
    throw error
  }
}

function newVideo(upload: Upload, file: BeginUpload): Video {
  return {
    id: upload.videoId,
    accountId: upload.accountId,
    title: file.title ?? titleOf(upload.fileName),
    description: '',
    visibility: file.visibility ?? 'public',
    state: 'awaiting-upload',
    warnings: [],
    createdAt: upload.createdAt,
    uploadId: upload.id,
    source: { key: upload.key, fileName: upload.fileName, sizeBytes: upload.sizeBytes },
    progress: 0,
    completeRenditions: [],
  }
}

/** The file's name without its folders and its extension. */
function titleOf(fileName: string): string {
  const name = fileName.split(/[\\/]/).at(-1)!.replace(/(?<=.)\.[A-Za-z0-9]{1,5}$/, '').replaceAll('_', ' ').trim()
  return name.slice(0, 200) || 'Untitled'
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof VersionConflict)) throw error
}
