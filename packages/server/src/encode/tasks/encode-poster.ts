/** The poster task. A video without a poster is no failure. */
import { newAttempt, posterKey } from '../../domain/keys.ts'
import { videoTopic } from '../../domain/messages.ts'
import { readPlan } from '../../records/plan.ts'
import { readVideo, updateVideo } from '../../records/video.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from '../deps.ts'
import { isLive } from '../read-live.ts'
import { sourceUrl } from '../plan/source-url.ts'

/** Works on ready videos too: nothing waits for the poster. */
export async function encodePoster(deps: EncodeDeps, message: { videoId: string; revision: string }, context: TaskContext): Promise<void> {
  const { videoId, revision } = message
  const wanted = async () => {
    const video = (await readVideo(deps.documents, videoId))?.value
    return isLive(video, revision) && !video.posterKey
  }
  const plan = await readPlan(deps.documents, videoId, revision)
  if (!plan?.video || !(await wanted())) return
  const url = await sourceUrl(deps, plan.source.key)
  const picture = await deps.media.makePoster({ plan, url, nice: bulkNice, signal: context.signal })
  if (!picture) return
  const key = posterKey(videoId, revision, newAttempt())
  await deps.objects.put('encoded', key, picture, { mediaType: 'image/jpeg' })
  const stored = await updateVideo(deps.documents, videoId, (video) =>
    isLive(video, revision) && !video.posterKey ? { ...video, posterKey: key } : undefined,
  )
  if (stored?.posterKey === key) await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  else await deps.objects.delete('encoded', [key])
}
