/** What the walk over due entries does with an upload: expires it, or ends what a crash interrupted. */
import { traced } from '../base/tracer.ts'
import { isGone } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import type { Due } from '../records/due.ts'
import { readUpload } from '../records/upload.ts'
import { readVideo } from '../records/video.ts'
import { closeUpload } from './close.ts'
import type { UploadDeps } from './deps.ts'
import { finishUpload } from './finish.ts'

/**
 * Brings the upload to an end if it is due. Answers when to look again (milliseconds since the epoch), or undefined when
 * there is nothing more to do: only then the entry may be removed. Repeatable. DriverUnavailable: look again later.
 */
export async function resumeDueUpload(deps: UploadDeps, { id: uploadId, key }: Pick<Due, 'id' | 'key'>): Promise<number | undefined> {
  const { documents, objects, clock, log } = deps
  const upload = await readUpload(documents, uploadId)
  if (!upload || upload.state === 'completed') {
    // A process that died between the store's upload and our note of its id has left one that no document names.
    const left = upload?.key ?? key
    if (left !== undefined) await objects.abortUpload({ bucket: 'raw', key: left })
    return undefined
  }
  const video = (await readVideo(documents, upload.videoId))?.value
  if (upload.state === 'completing') {
    try {
      await traced(deps.tracer, 'complete again', upload.videoId, { bytes: upload.sizeBytes }, () => finishUpload(deps, upload))
      log.info({ uploadId }, 'ended an interrupted upload')
    } catch (error) {
      // Open again, or its video deleted: both are ends of this attempt. Anything else is the walk's to retry.
      if (!(error instanceof ProblemError) || error.code === 'unavailable') throw error
      log.warn({ uploadId, code: error.code }, 'an interrupted upload could not be completed')
    }
  } else if (upload.state !== 'open' || upload.expiresAt <= clock() || (video && isGone(video))) {
    await closeUpload(deps, upload, video && isGone(video) ? 'aborted' : 'expired')
  }
  const now = await readUpload(documents, uploadId)
  if (now?.state === 'open') return Math.max(now.expiresAt, clock() + 1000)
  return now?.state === 'completing' ? clock() + deps.limits.dueDelaySeconds * 1000 : undefined
}
