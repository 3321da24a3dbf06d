/** The remux task: a copy of the source that can be sought in, made once and before publication; then the inspection again. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { newAttempt, seekableKey } from '../../domain/keys.ts'
import { taskOf, videoTopic } from '../../domain/messages.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { unreadableSource } from '../../media/refuse.ts'
import { MediaRunError } from '../../media/run.ts'
import { readVideo, updateVideo } from '../../records/video.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { assertSourceReadable, sourceUrl } from './source-url.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** A document write and a signal each. */
const progressMs = 3000

/** Throws SourceMissing, MediaRunError (the source could not be read), DriverUnavailable. */
export async function remux(deps: EncodeDeps, message: { videoId: string }, context: TaskContext): Promise<void> {
  const video = (await readVideo(deps.documents, message.videoId))?.value
  if (!video?.remux || isFinal(video) || video.revision) return
  if (!video.remux.copy && !video.remux.failed) await makeCopy(deps, video, context.signal)
  await deps.queue.enqueue(taskOf({ kind: 'inspect', videoId: video.id }))
}

async function makeCopy(deps: EncodeDeps, video: Video, signal: AbortSignal): Promise<void> {
  const { key: sourceKey, sizeBytes } = video.source
  const [url] = await Promise.all([sourceUrl(deps, sourceKey), assertSourceReadable(deps, sourceKey)])
  await withWorkDirectory(deps.limits.workRoot, async (directory) => {
    const path = join(directory, 'seekable.mkv')
    try {
      await deps.media.makeSeekable({ url, path, sizeBytes, signal, onProgress: progressOf(deps, video.id) })
    } catch (error) {
      if (signal.aborted || !isVerdict(error)) throw error
      await assertSourceReadable(deps, sourceKey)
      deps.log.warn({ err: error, videoId: video.id }, 'no copy that can be sought in: the source is read as it is')
      await note(deps, video.id, { failed: true })
      return
    }
    const copy = { key: seekableKey(video.id, newAttempt()), sizeBytes: (await stat(path)).size }
    await deps.objects.put('raw', copy.key, createReadStream(path), { mediaType: 'video/x-matroska', sizeBytes: copy.sizeBytes })
    const stored = await note(deps, video.id, { copy, share: 1 })
    if (stored?.remux?.copy?.key !== copy.key) await deps.objects.delete('raw', [copy.key])
  })
}

/** The container can't take what is in the source, or the disk can't: encoding from the source itself is slower, no more. */
const isVerdict = (error: unknown): boolean =>
  error instanceof MediaRunError && error.reason !== 'spawn' && error.reason !== 'aborted' && !unreadableSource(error.stderrTail)

/** The first copy stays. */
async function note(deps: EncodeDeps, videoId: string, outcome: Partial<NonNullable<Video['remux']>>): Promise<Video | undefined> {
  const stored = await updateVideo(deps.documents, videoId, (present) => {
    if (!present.remux || present.remux.copy || present.revision || isFinal(present)) return undefined
    return { ...present, remux: { ...present.remux, ...outcome } }
  })
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  return stored
}

function progressOf(deps: EncodeDeps, videoId: string): (share: number) => void {
  let notedAt = -Infinity
  return (share) => {
    if (performance.now() - notedAt < progressMs) return
    notedAt = performance.now()
    note(deps, videoId, { share }).catch((error: unknown) => deps.log.warn({ err: error, videoId }, 'progress not noted'))
  }
}
