/** Makes the pictures that a video's owner may choose the poster from; the one that stands is among them. */
import type { PosterCandidate } from '../../domain/extras.ts'
import { newAttempt, posterKey, posterAttempt } from '../../domain/keys.ts'
import { videoTopic } from '../../domain/messages.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice } from '../deps.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { isLive } from '../read-live.ts'
import { assertSourceReadable, sourceUrl } from '../plan/source-url.ts'

/** Pictures come before the document that names them; a rival's that were first stay. */
export const addPosters: AddExtra = async (deps, { video, plan }, signal) => {
  if (!plan.video || video.posterCandidates) return
  await assertSourceReadable(deps, plan.source.key)
  const url = await sourceUrl(deps, plan.source.key)
  const made: PosterCandidate[] = []
  for (const { atSeconds, picture } of await deps.media.makePosterCandidates({ plan, url, nice: bulkNice, signal })) {
    const id = newAttempt()
    const key = posterKey(video.id, plan.revision, id)
    await deps.objects.put('encoded', key, picture, { mediaType: 'image/jpeg' })
    made.push({ id, key, atSeconds })
  }
  const stored = await updateVideo(deps.documents, video.id, (now) => {
    if (!isLive(now, plan.revision) || now.posterCandidates) return undefined
    const present = now.posterKey === undefined ? [] : [{ id: posterAttempt(now.posterKey)!, key: now.posterKey }]
    return { ...now, posterKey: now.posterKey ?? made[0]?.key, posterCandidates: [...present, ...made] }
  })
  const kept = new Set(stored?.posterCandidates?.map(({ key }) => key))
  const lost = made.filter(({ key }) => !kept.has(key)).map(({ key }) => key)
  if (lost.length > 0) await deps.objects.delete('encoded', lost)
  await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
}
