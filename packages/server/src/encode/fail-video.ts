/** Ends a video as failed, with a code and a sentence for a person. */
import { mediaFailures, type MediaFailureCode } from '@sluice/contract'
import { videoTopic } from '../domain/messages.ts'
import { isFinal, type Failure, type Video } from '../domain/video.ts'
import { updateVideo } from '../records/video.ts'
import type { EncodeDeps } from './deps.ts'

/** The failure of that code, in the contract's words. */
export const failureOf = (code: MediaFailureCode): Failure => ({ code, message: mediaFailures[code] })

/** A final video stays as it is: ready is not undone by a late failure. Answers the stored video. */
export async function failVideo(deps: Pick<EncodeDeps, 'documents' | 'signals' | 'log'>, videoId: string, failure: Failure): Promise<Video | undefined> {
  const video = await updateVideo(deps.documents, videoId, (present) => (isFinal(present) ? undefined : { ...present, state: 'failed', failure }))
  if (video?.state === 'failed') deps.log.warn({ videoId, code: video.failure?.code }, 'video failed')
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  return video
}
