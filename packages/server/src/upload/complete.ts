/** `complete`: from here on the video becomes ready or fails with a reason, whatever crashes (DESIGN §2.2). */
import type { CompleteUpload } from '@sluice/contract'
import { traced } from '../base/tracer.ts'
import { isGone, type Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import type { Part } from '../ports/objects.ts'
import { minuteAfter, writeDue } from '../records/due.ts'
import { partsSha256, updateUpload, type Upload } from '../records/upload.ts'
import { readVideo } from '../records/video.ts'
import { checkNumbers, checkStored } from './check-parts.ts'
import type { UploadDeps } from './deps.ts'
import { findOwnUpload } from './find-own.ts'
import { finishUpload } from './finish.ts'
import { storedParts } from './status.ts'

/**
 * Makes the source of these parts and answers the video, at least `inspecting`. Repeatable with the same parts.
 * Problems: `upload_not_found`, `upload_aborted`, `upload_expired`, `upload_finished` (completed with other parts),
 * `bad_request`, `part_out_of_range`, `parts_missing`, `part_mismatch`, `size_mismatch` (after these it is still open),
 * `video_not_found` (deleted meanwhile).
 */
export async function completeUpload(deps: UploadDeps, accountId: string, uploadId: string, { parts }: CompleteUpload): Promise<Video> {
  const upload = await findOwnUpload(deps, accountId, uploadId)
  return traced(deps.tracer, 'complete', upload.videoId, { bytes: upload.sizeBytes, parts: parts.length }, () => complete(deps, upload, parts))
}

async function complete(deps: UploadDeps, upload: Upload, parts: CompleteUpload['parts']): Promise<Video> {
  let stored: Part[] | undefined
  if (upload.state === 'open') {
    checkNumbers(upload, parts)
    stored = await storedParts(deps, upload)
    checkStored(upload, parts, stored)
  }
  const digest = partsSha256(parts)
  const noted = upload.state === 'open' ? await note(deps, upload, digest) : upload
  if (noted.state === 'aborted') throw new ProblemError('upload_aborted')
  if (noted.state === 'expired') throw new ProblemError('upload_expired')
  if (noted.partsSha256 !== digest) throw new ProblemError('upload_finished')
  if (noted.state === 'completing') return finishUpload(deps, noted, stored)
  const video = (await readVideo(deps.documents, noted.videoId))?.value
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  return video
}

/** open → completing. The due entries are written first: somebody will look whether it ended. */
async function note({ documents, clock, limits }: UploadDeps, upload: Upload, digest: string): Promise<Upload> {
  const video = (await readVideo(documents, upload.videoId))?.value
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  const atMinute = minuteAfter(clock() + limits.dueDelaySeconds * 1000)
  await writeDue(documents, { kind: 'upload', id: upload.id, atMinute })
  await writeDue(documents, { kind: 'video', id: upload.videoId, atMinute })
  const noted = await updateUpload(documents, upload.id, (now) =>
    now.state === 'open' ? { ...now, state: 'completing', partsSha256: digest } : undefined,
  )
  if (!noted) throw new ProblemError('upload_not_found')
  return noted
}
