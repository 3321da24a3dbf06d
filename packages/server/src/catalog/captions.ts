/** Captions that a video's owner puts, replaces and removes; the manifests follow by a task. */
import type { PutCaption } from '@sluice/contract'
import { captionsAtMost, type Caption } from '../domain/extras.ts'
import { captionKey, newAttempt } from '../domain/keys.ts'
import { languageName, languageTag } from '../domain/language.ts'
import { taskOf, videoTopic } from '../domain/messages.ts'
import { isGone, type Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import { CaptionsRefused, parseCaptions } from '../media/captions/parse-captions.ts'
import { writeWebvtt } from '../media/captions/write-webvtt.ts'
import { updateVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/**
 * Puts the language's uploaded captions, in the place of the ones before. Repeatable. The text is stored before the video
 * names it. Problems: `video_not_found`, `forbidden`, `bad_request` (the language), `captions_invalid`, `too_many_captions`.
 */
export async function putCaption(deps: CatalogDeps, videoId: string, language: string, account: RequestAccount, put: PutCaption): Promise<Caption> {
  await changeableVideo(deps, videoId, account)
  const tag = languageTag(language)
  if (!tag) throw new ProblemError('bad_request', { detail: 'params/language is no BCP 47 language tag' })
  const text = webvttOf(put.text)
  const caption: Caption = {
    id: tag,
    kind: 'uploaded',
    language: tag,
    label: put.label?.trim() || languageName(tag),
    attempt: newAttempt(),
    createdAt: deps.clock(),
  }
  await deps.objects.put('encoded', captionKey(videoId, caption.attempt), Buffer.from(text), { mediaType: 'text/vtt' })
  await changeCaptions(deps, videoId, caption.attempt, (captions) => {
    const others = captions.filter(({ id }) => id !== caption.id)
    if (others.length >= captionsAtMost) throw new ProblemError('too_many_captions', { members: { limit: captionsAtMost } })
    return [...others, caption]
  })
  return caption
}

/** Problems: `video_not_found`, `forbidden`, `caption_not_found`. */
export async function removeCaption(deps: CatalogDeps, videoId: string, captionId: string, account: RequestAccount): Promise<void> {
  await changeableVideo(deps, videoId, account)
  await changeCaptions(deps, videoId, undefined, (captions) => {
    if (!captions.some(({ id }) => id === captionId)) throw new ProblemError('caption_not_found')
    return captions.filter(({ id }) => id !== captionId)
  })
}

function webvttOf(text: string): string {
  try {
    return writeWebvtt(parseCaptions(text, { strict: true }))
  } catch (error) {
    if (error instanceof CaptionsRefused) throw new ProblemError('captions_invalid', { detail: error.message })
    throw error
  }
}

/** What the video names no more is removed at once: its URL answers 404 from here on. `stored`: an attempt to remove if all fails. */
async function changeCaptions(deps: CatalogDeps, videoId: string, stored: string | undefined, change: (captions: Caption[]) => Caption[]): Promise<void> {
  let before: Caption[] = []
  let video: Video | undefined
  try {
    video = await updateVideo(deps.documents, videoId, (now) => {
      if (isGone(now)) return undefined
      before = now.captions ?? []
      return { ...now, captions: change(before) }
    })
    if (!video || isGone(video)) throw new ProblemError('video_not_found')
  } catch (error) {
    if (stored && error instanceof ProblemError) await deps.objects.delete('encoded', [captionKey(videoId, stored)])
    throw error
  }
  const present = new Set(video.captions!.map(({ attempt }) => attempt))
  const gone = before.filter(({ attempt }) => !present.has(attempt)).map(({ attempt }) => captionKey(videoId, attempt))
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  if (video.revision !== undefined) await deps.queue.enqueue(taskOf({ kind: 'extra', videoId, revision: video.revision, extra: 'captions' }))
  if (gone.length > 0) await deps.objects.delete('encoded', gone)
}
