/** The owner changes a video's title, description, visibility, poster or chapters. */
import type { ChangeVideo } from '@sluice/contract'
import { videoTopic } from '../domain/messages.ts'
import { isGone, type Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import { listInLatest } from '../records/listing.ts'
import { setChapters } from '../records/chapters.ts'
import { updateVideo } from '../records/video.ts'
import { withdrawVideo } from '../records/withdrawn.ts'
import { orderlyChapters } from './chapters.ts'
import type { CatalogDeps } from './deps.ts'
import { choosePoster } from './posters.ts'
import { changeableVideo } from './see.ts'

/** Answers the video as it is now. Repeatable: the lists are brought up to date each time. Problems: `video_not_found`, `forbidden`, `poster_not_found`, `bad_request`. */
export async function changeVideo(deps: CatalogDeps, videoId: string, account: RequestAccount, whole: ChangeVideo): Promise<Video> {
  const { posterId, chapters, ...change } = whole
  const before = await changeableVideo(deps, videoId, account)
  const orderly = chapters && orderlyChapters(chapters, before.durationSeconds)
  if (posterId !== undefined) choosePoster(before, posterId)
  // A list entry is a hint: written first, a crash can't leave a public video off the list.
  if (change.visibility === 'public') await listInLatest(deps.documents, { ...before, visibility: 'public' })
  const changed = (now: Video): Video | undefined =>
    isGone(now) ? undefined : { ...now, ...change, ...(posterId !== undefined && choosePoster(now, posterId)) }
  const isHidden = change.visibility === 'private' && before.visibility !== 'private'
  const video = await (isHidden ? withdrawVideo(deps.documents, before, changed) : updateVideo(deps.documents, videoId, changed))
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  if (orderly) await setChapters(deps.documents, videoId, orderly)
  await listInLatest(deps.documents, video)
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  return video
}
