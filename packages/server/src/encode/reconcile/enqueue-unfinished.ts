/** Puts into the queue what documents say is unfinished: the first time after inspection, and again by the reconciler. */
import { eagerPictures } from '../../domain/eager.ts'
import { chunkCount, chunkSegments, openingSegments } from '../../domain/grid.ts'
import { taskOf, type Message } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { soundOf } from '../../domain/tier.ts'
import type { Video } from '../../domain/video.ts'
import { admit } from '../worker/admission.ts'
import { partsWanted } from '../tasks/audio-parts.ts'
import type { EncodeDeps } from '../deps.ts'
import { readTuning } from '../../records/plan.ts'
import { chunkWindow } from './chunk-window.ts'
import { startRendition, type Slots } from '../progress/listing.ts'

type ChunkMessage = Extract<Message, { kind: 'chunk' }>

const isEmpty = (slots: Slots, id: string, from: number, to: number): boolean => slots.get(id)!.slice(from, to).includes(null)

/** What a planned video still needs before its chunks, in the order of need: opening, sound, poster. */
function unfinishedFirst(video: Video, plan: Plan, slots: Slots): Message[] {
  const { videoId, revision } = plan
  const messages: Message[] = []
  const opening = [startRendition(plan), ...soundOf(plan).map(({ id }) => id)].some((id) => isEmpty(slots, id, 0, openingOf(plan, id)))
  if (video.state === 'inspecting' && opening) messages.push({ kind: 'opening', videoId, revision })
  for (const { id, grid } of soundOf(plan)) {
    for (const part of partsWanted(grid, slots.get(id)!)) messages.push({ kind: 'audio', videoId, revision, renditionId: id, part })
  }
  if (plan.video && !video.posterKey) messages.push({ kind: 'poster', videoId, revision })
  return messages
}

/** Chunks of what is made unasked that have empty slots, in order, up to the window. */
export function unfinishedChunks(plan: Plan, slots: Slots): ChunkMessage[] {
  const { videoId, revision } = plan
  if (!plan.video) return []
  const { grid } = plan.video
  const pictures = eagerPictures(plan)
  const chunks = Array.from({ length: chunkCount(grid, 'video') }, (_, chunk) => chunk).filter((chunk) => {
    const { from, to } = chunkSegments(grid, 'video', chunk)
    return pictures.some((id) => isEmpty(slots, id, from, to))
  })
  return chunks.slice(0, chunkWindow).map((chunk) => ({ kind: 'chunk', videoId, revision, chunk }))
}

const openingOf = (plan: Plan, id: string): number => {
  const audio = plan.audio.find((rendition) => rendition.id === id)
  return audio ? openingSegments(audio.grid, 'audio') : openingSegments(plan.video!.grid, 'video')
}

/**
 * Chunks only where the account has a place for them: else they follow when one of its videos is ready. Of a video that was
 * not sampled yet the first one alone: whoever makes it samples the video, and enqueues the others (docs/decisions/0074).
 */
export async function enqueueUnfinished(deps: Pick<EncodeDeps, 'queue' | 'documents' | 'limits'>, video: Video, plan: Plan, slots: Slots): Promise<void> {
  const chunks = unfinishedChunks(plan, slots)
  const hasPlace = chunks.length > 0 && (await admit(deps, 'bulk', video))
  const isSampled = hasPlace && chunks.length > 1 && (await readTuning(deps.documents, plan.videoId, plan.revision)) !== undefined
  const placed = !hasPlace ? [] : isSampled ? chunks : chunks.slice(0, 1)
  for (const message of [...unfinishedFirst(video, plan, slots), ...placed]) await deps.queue.enqueue(taskOf(message))
}
