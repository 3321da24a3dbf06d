/** The owner changes a video's title, description or visibility. */
import type { ChangeVideo } from '@sluice/contract'
import { videoTopic } from '../domain/messages.ts'
import { isGone, type Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import { listInLatest } from '../records/listing.ts'
import { updateVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/** Answers the video as it is now. Repeatable: the lists are brought up to date each time. Problems: `video_not_found`, `forbidden`. */
export async function changeVideo(deps: CatalogDeps, videoId: string, account: RequestAccount, change: ChangeVideo): Promise<Video> {
  const before = await changeableVideo(deps, videoId, account)
  // A list entry is a hint: written first, a crash can't leave a public video off the list.
  if (change.visibility === 'public') await listInLatest(deps.documents, { ...before, visibility: 'public' })
  const video = await updateVideo(deps.documents, videoId, (now) => (isGone(now) ? undefined : { ...now, ...change }))
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  await listInLatest(deps.documents, video)
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  return video
}
