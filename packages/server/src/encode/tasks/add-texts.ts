/** Makes captions of the source's text subtitles, and chapters of its chapters. */
import { captionsAtMost, type Caption } from '../../domain/extras.ts'
import { captionKey, newAttempt } from '../../domain/keys.ts'
import { taskOf, videoTopic } from '../../domain/messages.ts'
import type { Video } from '../../domain/video.ts'
import { writeWebvtt } from '../../media/captions/write-webvtt.ts'
import type { SourceTexts } from '../../media/read-texts.ts'
import { createChapters } from '../../records/chapters.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice, type EncodeDeps } from '../deps.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { isLive } from '../read-live.ts'
import { assertSourceReadable, sourceUrl } from '../plan/source-url.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

const picturesWarning = { code: 'picture_subtitles', message: 'The file has subtitles that are pictures (as on DVD and Blu-ray). They are not shown.' }

/** The uploaded file is read, not a copy of it: that has neither. Texts come before the document that names them. */
export const addTexts: AddExtra = async (deps, { video, plan }, signal) => {
  if (video.textsRead) return
  const { key } = video.source
  await assertSourceReadable(deps, key)
  const url = await sourceUrl(deps, key)
  const found = await withWorkDirectory(deps.limits.workRoot, (workDir) =>
    deps.media.readTexts({
      url,
      originSeconds: plan.video?.source.originSeconds ?? 0,
      isFromStart: plan.source.key !== key,
      durationSeconds: plan.durationSeconds,
      workDir,
      nice: bulkNice,
      signal,
    }),
  )
  const captions = await storeTexts(deps, video, found)
  if (found.chapters.length > 0) await createChapters(deps.documents, video.id, found.chapters)
  const stored = await updateVideo(deps.documents, video.id, (now) => {
    if (!isLive(now, plan.revision) || now.textsRead) return undefined
    const warnings = found.pictureSubtitles > 0 ? [...now.warnings, picturesWarning] : now.warnings
    return { ...now, textsRead: true, warnings, captions: [...(now.captions ?? []), ...captions].slice(0, captionsAtMost) }
  })
  const kept = new Set(stored?.captions?.map(({ attempt }) => attempt))
  const lost = captions.filter(({ attempt }) => !kept.has(attempt)).map(({ attempt }) => captionKey(video.id, attempt))
  if (lost.length > 0) await deps.objects.delete('encoded', lost)
  await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
  if (lost.length < captions.length) await deps.queue.enqueue(taskOf({ kind: 'extra', videoId: video.id, revision: plan.revision, extra: 'captions' }))
}

async function storeTexts(deps: EncodeDeps, { id: videoId }: Video, { texts }: SourceTexts): Promise<Caption[]> {
  const captions: Caption[] = []
  for (const { language, label, cues } of texts) {
    const attempt = newAttempt()
    const before = captions.filter((caption) => caption.language === language).length
    await deps.objects.put('encoded', captionKey(videoId, attempt), Buffer.from(writeWebvtt(cues)), { mediaType: 'text/vtt' })
    const id = `${language}.source${before === 0 ? '' : `-${before + 1}`}`
    captions.push({ id, kind: 'source', language, label, attempt, createdAt: deps.clock() })
  }
  return captions
}
