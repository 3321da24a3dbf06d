/** Ends an open upload without a video: by its owner, by its age, or because its video was deleted. */
import { videoTopic } from '../domain/messages.ts'
import { unlistInChannel } from '../records/listing.ts'
import { unlistOpenUpload, updateUpload, type Upload } from '../records/upload.ts'
import { updateVideo } from '../records/video.ts'
import type { UploadDeps } from './deps.ts'

/** open → `state`, then its effects, which are repeated for an upload that is in that state already. Answers what it is now. */
export async function closeUpload(deps: UploadDeps, upload: Upload, state: 'aborted' | 'expired'): Promise<Upload> {
  const { documents, objects, signals, clock } = deps
  const closed = (await updateUpload(documents, upload.id, (now) => (now.state === 'open' ? { ...now, state } : undefined))) ?? upload
  if (closed.state !== 'aborted' && closed.state !== 'expired') return closed
  await objects.abortUpload({ bucket: 'raw', key: closed.key })
  const video = await updateVideo(documents, closed.videoId, (now) => (now.deletedAt === undefined ? { ...now, deletedAt: clock() } : undefined))
  if (video) await unlistInChannel(documents, video)
  await unlistOpenUpload(documents, closed.accountId, closed.id)
  await signals.publish(videoTopic(closed.videoId), { kind: 'video' })
  return closed
}
