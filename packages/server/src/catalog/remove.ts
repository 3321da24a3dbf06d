/** Deletes a video: a tombstone at once, its bytes by the sweep. */
import { taskOf, videoTopic } from '../domain/messages.ts'
import type { RequestAccount } from '../http/auth.ts'
import { minuteAfter, writeDue } from '../records/due.ts'
import { listInLatest, unlistInChannel } from '../records/listing.ts'
import { withdrawVideo } from '../records/withdrawn.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/** Its due entries, written first, see to the sweep and to an upload that is still open. Problems: `video_not_found`, `forbidden`. */
export async function removeVideo(deps: CatalogDeps, videoId: string, account: RequestAccount): Promise<void> {
  const { documents, clock, limits } = deps
  const before = await changeableVideo(deps, videoId, account)
  const atMinute = minuteAfter(clock() + limits.dueDelaySeconds * 1000)
  await writeDue(documents, { kind: 'video', id: videoId, atMinute })
  if (before.state === 'awaiting-upload') await writeDue(documents, { kind: 'upload', id: before.uploadId, atMinute })
  const video = await withdrawVideo(documents, before, (now) => (now.deletedAt === undefined ? { ...now, deletedAt: clock() } : undefined))
  if (!video) return
  await listInLatest(documents, video)
  await unlistInChannel(documents, video)
  await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId }))
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
}
