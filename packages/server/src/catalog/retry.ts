/** Tries a failed video again, from where it failed. */
import { taskOf, videoTopic } from '../domain/messages.ts'
import { isGone, type Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import { forgetFailedAttempts } from '../records/chunk.ts'
import { minuteAfter, writeDue } from '../records/due.ts'
import { updateVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/**
 * What was encoded stays; attempts are counted from zero. The due entry comes first and the task last: after a crash in
 * between, the reconciler goes on. Repeating it while the retry runs answers the video and does nothing.
 * Problems: `video_not_found`, `forbidden`, `not_failed`.
 */
export async function retryVideo(deps: CatalogDeps, videoId: string, account: RequestAccount): Promise<Video> {
  return tryAgain(deps, await changeableVideo(deps, videoId, account))
}

export type RetryDeps = Pick<CatalogDeps, 'documents' | 'queue' | 'signals' | 'clock' | 'log'> & { limits: Pick<CatalogDeps['limits'], 'dueDelaySeconds'> }

/** As above, for who may already. */
export async function tryAgain(deps: RetryDeps, before: Video): Promise<Video> {
  const { documents, clock, limits } = deps
  const videoId = before.id
  if (before.state !== 'failed') {
    const isUnderWay = before.retries !== undefined && before.state !== 'ready'
    if (isUnderWay) return before
    throw new ProblemError('not_failed', { members: { state: before.state } })
  }
  // While it is failed no task counts: none is in the way.
  if (before.revision !== undefined) await forgetFailedAttempts(documents, videoId, before.revision)
  // The task may get lost; this brings it back, and lies ahead of the transition by a whole minute.
  await writeDue(documents, { kind: 'video', id: videoId, atMinute: minuteAfter(clock() + limits.dueDelaySeconds * 1000) })
  const video = await updateVideo(documents, videoId, (now) => (isGone(now) || now.state !== 'failed' ? undefined : alive(now)))
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  await deps.queue.enqueue(taskOf({ kind: 'inspect', videoId, again: true }))
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  deps.log.info({ videoId, retries: video.retries }, 'a failed video is tried again')
  return video
}

function alive({ failure: _failure, failureDetail: _detail, failedAttempts: _attempts, ...video }: Video): Video {
  return { ...video, state: video.playableAt === undefined ? 'inspecting' : 'playable', retries: (video.retries ?? 0) + 1 }
}
