/** Makes captions of what is said, where the administrator has set a program for it. */
import { join } from 'node:path'
import { captionsAtMost, type Caption } from '../../domain/extras.ts'
import { captionKey, newAttempt } from '../../domain/keys.ts'
import { languageName } from '../../domain/language.ts'
import { taskOf, videoTopic } from '../../domain/messages.ts'
import { writeWebvtt } from '../../media/captions/write-webvtt.ts'
import { readSlots } from '../../records/chunk.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice } from '../deps.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { joinSegments } from './join-segments.ts'
import { defaultAudio } from '../progress/listing.ts'
import { isLive } from '../read-live.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** The stored sound is heard, so that the words stand where viewers hear them. A text that somebody wrote is better: then none is made. */
export const addTranscript: AddExtra = async (deps, { video, plan }, signal) => {
  const command = deps.limits.transcribeCommand ?? []
  if (video.transcribed || command.length === 0) return
  const rendition = defaultAudio(plan)
  const isWritten = video.captions?.some(({ language, kind }) => language === rendition?.language && kind !== 'generated')
  const caption = rendition && !isWritten ? await make() : undefined
  if (caption === 'later') return
  const stored = await updateVideo(deps.documents, video.id, (now) => {
    if (!isLive(now, plan.revision) || now.transcribed) return undefined
    const captions = now.captions ?? []
    const isRoom = captions.length < captionsAtMost
    return { ...now, transcribed: true, captions: caption && isRoom ? [...captions, caption] : captions }
  })
  if (!caption) return
  if (!stored?.captions?.some(({ attempt }) => attempt === caption.attempt)) return deps.objects.delete('encoded', [captionKey(video.id, caption.attempt)])
  await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
  await deps.queue.enqueue(taskOf({ kind: 'extra', videoId: video.id, revision: plan.revision, extra: 'captions' }))

  async function make(): Promise<Caption | 'later' | undefined> {
    const { id, language } = rendition!
    const slots = (await readSlots(deps.documents, plan)).slots.get(id) ?? []
    const filled = slots.filter((slot) => slot !== null)
    if (filled.length < slots.length) return 'later'
    const cues = await withWorkDirectory(deps.limits.workRoot, async (workDir) => {
      const path = join(workDir, 'sound.mp4')
      await joinSegments(deps, plan, id, filled, { path, signal })
      return deps.media.transcribe({ command, path, wavePath: join(workDir, 'sound.wav'), language, nice: bulkNice, signal })
    })
    if (cues.length === 0) return undefined
    const attempt = newAttempt()
    await deps.objects.put('encoded', captionKey(video.id, attempt), Buffer.from(writeWebvtt(cues)), { mediaType: 'text/vtt' })
    return { id: `${language}.generated`, kind: 'generated', language, label: languageName(language), attempt, createdAt: deps.clock() }
  }
}
