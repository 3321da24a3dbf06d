/** completing → completed: the store's part, the check of what it made, the video's first step. Every step can be repeated. */
import { BadPart, UploadNotFound } from '../base/errors.ts'
import { taskOf, videoTopic } from '../domain/messages.ts'
import { isGone, type Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import type { ObjectInfo, Part } from '../ports/objects.ts'
import { listInLatest } from '../records/listing.ts'
import { partsSha256, unlistOpenUpload, updateUpload, type Upload } from '../records/upload.ts'
import { updateVideo } from '../records/video.ts'
import { mismatch, missing } from './check-parts.ts'
import type { UploadDeps } from './deps.ts'
import { reopen, startOver } from './reopen.ts'
import { storedParts } from './status.ts'

/**
 * Ends a `completing` upload, wherever an earlier attempt stopped. Problems: `part_mismatch` and `size_mismatch`
 * (it is open again), `parts_missing` (the store lost
 * them; open again), `video_not_found` (deleted meanwhile).
 * DriverUnavailable: it stays `completing`, and is resumed by the next call or by its due entry.
 * `listed`: what the store listed just before this attempt began, so that it is neither asked again nor for the object first.
 */
export async function finishUpload(deps: UploadDeps, upload: Upload, listed?: Part[]): Promise<Video> {
  const { objects } = deps
  const made = (listed ? undefined : await objects.head('raw', upload.key)) ?? (await completeAtStore(deps, upload, listed))
  if (made.sizeBytes !== upload.sizeBytes) {
    await objects.delete('raw', [upload.key])
    await startOver(deps, upload)
    throw new ProblemError('size_mismatch', { members: { storedBytes: made.sizeBytes, declaredBytes: upload.sizeBytes } })
  }
  const video = await beginInspection(deps, upload)
  await unlistOpenUpload(deps.documents, upload.accountId, upload.id)
  if (isGone(video)) await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: video.id }))
  // Last: who finds it completed has nothing left to do.
  await updateUpload(deps.documents, upload.id, (now) => (now.state === 'completing' ? { ...now, state: 'completed' } : undefined))
  if (isGone(video)) throw new ProblemError('video_not_found')
  return video
}

/** Completes at the store. Whatever that answered, HEAD decides: the answer may be another attempt's, or have got lost. */
async function completeAtStore(deps: UploadDeps, upload: Upload, listed?: Part[]): Promise<ObjectInfo> {
  const { objects } = deps
  // The store's own list, not the client's: the digest says that it is the one which was noted. The driver compares it once more.
  const parts = listed ?? (await storedParts(deps, upload))
  const isNoted = partsSha256(parts) === upload.partsSha256
  let refusal: unknown = isNoted ? undefined : new BadPart('the parts changed after they were noted', [])
  if (isNoted) {
    try {
      await objects.completeUpload({ bucket: 'raw', key: upload.key, uploadId: upload.storeUploadId }, parts)
    } catch (error) {
      refusal = error
    }
  }
  const made = await objects.head('raw', upload.key)
  if (made) return made
  if (refusal instanceof BadPart && parts.length > 0) {
    await reopen(deps, upload)
    throw mismatch(refusal.partNumbers)
  }
  if (refusal instanceof UploadNotFound || parts.length === 0) {
    await startOver(deps, upload)
    throw missing(Array.from({ length: upload.partCount }, (_, index) => index + 1), upload)
  }
  throw refusal ?? new Error('the store completed an upload and has no object')
}

/** awaiting-upload → inspecting, then what follows from it: lists, the queue, the signal. */
async function beginInspection({ documents, queue, signals, clock }: UploadDeps, upload: Upload): Promise<Video> {
  const video = await updateVideo(documents, upload.videoId, (now) =>
    now.state === 'awaiting-upload' && !isGone(now) ? { ...now, state: 'inspecting', completedAt: clock() } : undefined,
  )
  if (!video) throw new Error(`upload ${upload.id} has no video`)
  if (isGone(video)) return video
  await listInLatest(documents, video)
  if (video.state === 'inspecting') await queue.enqueue(taskOf({ kind: 'inspect', videoId: video.id }))
  await signals.publish(videoTopic(video.id), { kind: 'video' })
  return video
}
