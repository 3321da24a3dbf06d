/** Deletes a video: a tombstone at once, its bytes by the sweep. */
import { taskOf, videoTopic } from '../domain/messages.ts'
import type { RequestAccount } from '../http/auth.ts'
import { minuteAfter, writeDue } from '../records/due.ts'
import { listInLatest, unlistInChannel } from '../records/listing.ts'
import { updateVideo } from '../records/video.ts'
import { noteWithdrawn } from '../records/withdrawn.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/** Its due entries, written first, see to the sweep and to an upload that is still open. Problems: `video_not_found`, `forbidden`. */
export async function removeVideo(deps: CatalogDeps, videoId: string, account: RequestAccount): Promise<void> {
  const { documents, clock, limits } = deps
  const { uploadId, state } = await changeableVideo(deps, videoId, account)
  const atMinute = minuteAfter(clock() + limits.dueDelaySeconds * 1000)
  await writeDue(documents, { kind: 'video', id: videoId, atMinute })
  if (state === 'awaiting-upload') await writeDue(documents, { kind: 'upload', id: uploadId, atMinute })
  await noteWithdrawn(documents, videoId)
  const video = await updateVideo(documents, videoId, (now) => (now.deletedAt === undefined ? { ...now, deletedAt: clock() } : undefined))
  if (!video) return
  await listInLatest(documents, video)
  await unlistInChannel(documents, video)
  await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId }))
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
}
