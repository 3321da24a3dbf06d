/** Ends a video as failed, with a code and a sentence for a person. */
import { mediaFailures, type MediaFailureCode } from '@sluice/contract'
import { videoTopic } from '../../domain/messages.ts'
import { isFinal, type Failure, type Video } from '../../domain/video.ts'
import { updateVideo } from '../../records/video.ts'
import { leave } from './admission.ts'
import type { EncodeDeps } from '../deps.ts'

/** The failure of that code, in the contract's words. */
export const failureOf = (code: MediaFailureCode): Failure => ({ code, message: mediaFailures[code] })

/**
 * A final video stays as it is: ready is not undone by a late failure. `detail` is for its owner: see failureDetail.
 * Answers the stored video.
 */
export async function failVideo(
  deps: Pick<EncodeDeps, 'documents' | 'signals' | 'log' | 'queue' | 'limits' | 'measures' | 'tracer' | 'clock'>,
  videoId: string,
  failure: Failure,
  detail?: string,
): Promise<Video | undefined> {
  const failed = { state: 'failed' as const, failure, ...(detail !== undefined && { failureDetail: detail }) }
  let isNew = false
  const video = await updateVideo(deps.documents, videoId, (present) => {
    isNew = !isFinal(present)
    return isNew ? { ...present, ...failed } : undefined
  })
  if (isNew && video) {
    deps.measures?.count('sluice_videos_failed_total', failure.code)
    deps.tracer?.video(videoId, { fromMs: video.completedAt ?? video.createdAt, toMs: deps.clock(), attributes: { bytes: video.source.sizeBytes }, failure: failure.code })
  }
  if (video?.state === 'failed') deps.log.warn({ videoId, code: video.failure?.code, detail: video.failureDetail }, 'video failed')
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  if (video) await leave(deps, video)
  return video
}
