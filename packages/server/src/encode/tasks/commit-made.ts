/** Stores what was encoded as one object per rendition, and fills the slots that are still empty with it. */
import type { Readable } from 'node:stream'
import { newAttempt, segmentsKey } from '../../domain/keys.ts'
import { videoTopic } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { commitSlots } from '../../records/chunk.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps } from '../deps.ts'
import { isLive } from '../read-live.ts'

/** Consecutive segments of one rendition; offsets are within `body`, which is asked for once. */
export type Made = {
  renditionId: string
  body: () => Uint8Array | Readable
  sizeBytes: number
  segments: { number: number; offset: number; length: number; sha256: string }[]
}

/**
 * All of `made` belongs to one chunk document. Objects come before slots; between the two the video is read again, so a
 * deleted video or another revision gets nothing. An object of which no slot was filled is removed (nobody can refer to
 * it); one that lost only some is left to the sweep with those bytes. False when the revision is no longer live.
 */
export async function commitMade(
  deps: EncodeDeps,
  plan: Plan,
  chunk: number,
  made: Made[],
  options: { filled?: boolean; undecoded?: { fromFrame: number; toFrame: number }; signal?: AbortSignal } = {},
): Promise<boolean> {
  const { videoId, revision } = plan
  const stored = made.map((one) => ({ ...one, key: segmentsKey(videoId, revision, one.renditionId, one.segments[0]!.number, newAttempt()) }))
  const drop = async (keys: string[]): Promise<void> => {
    if (keys.length === 0) return
    await deps.objects.delete('encoded', keys).catch((error: unknown) => deps.log.warn({ err: error, videoId }, 'objects are left to the sweep'))
  }

  await Promise.all(stored.map(({ key, body, sizeBytes }) => deps.objects.put('encoded', key, body(), { mediaType: 'video/mp4', sizeBytes })))
  options.signal?.throwIfAborted()
  if (!isLive((await readVideo(deps.documents, videoId))?.value, revision)) {
    await drop(stored.map(({ key }) => key))
    return false
  }
  const slots = stored.flatMap(({ renditionId, key, segments }) =>
    segments.map(({ number, offset, length, sha256 }) => ({ renditionId, number, slot: { key, offset, length, sha256 } })),
  )
  const mine = await commitSlots(deps.documents, plan, chunk, slots, { filled: options.filled, undecoded: options.undecoded })
  await drop(stored.filter(({ renditionId }) => !mine.some((slot) => slot.renditionId === renditionId)).map(({ key }) => key))
  for (const { renditionId } of stored) {
    const numbers = mine.filter((slot) => slot.renditionId === renditionId).map(({ number }) => number)
    if (numbers.length === 0) continue
    const signal = { kind: 'slots', revision, renditionId, from: Math.min(...numbers), to: Math.max(...numbers) + 1 }
    await deps.signals.publish(videoTopic(videoId), signal)
  }
  return true
}
