/** Puts into the queue what documents say is unfinished: the first time after inspection, and again by the reconciler. */
import { eagerPictures } from '../../domain/eager.ts'
import { chunkCount, chunkSegments, openingSegments } from '../../domain/grid.ts'
import { taskOf, type Message } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import { admit } from '../worker/admission.ts'
import { partsWanted } from '../tasks/audio-parts.ts'
import type { EncodeDeps } from '../deps.ts'
import { chunkWindow } from './chunk-window.ts'
import { startRendition, type Slots } from '../progress/listing.ts'

/** What a planned video still needs, in the order of need: opening, sound, poster, then chunks up to the window. */
export function unfinished(video: Video, plan: Plan, slots: Slots): Message[] {
  const { videoId, revision } = plan
  const messages: Message[] = []
  const isEmpty = (id: string, from = 0, to?: number) => slots.get(id)!.slice(from, to).includes(null)
  const opening = [startRendition(plan), ...plan.audio.map(({ id }) => id)].some((id) => isEmpty(id, 0, openingOf(plan, id)))
  if (video.state === 'inspecting' && opening) messages.push({ kind: 'opening', videoId, revision })
  for (const { id, grid } of plan.audio) {
    for (const part of partsWanted(grid, slots.get(id)!)) messages.push({ kind: 'audio', videoId, revision, renditionId: id, part })
  }
  if (!plan.video) return messages
  if (!video.posterKey) messages.push({ kind: 'poster', videoId, revision })
  const { grid } = plan.video
  const pictures = eagerPictures(plan)
  const chunks = Array.from({ length: chunkCount(grid, 'video') }, (_, chunk) => chunk).filter((chunk) => {
    const { from, to } = chunkSegments(grid, 'video', chunk)
    return pictures.some((id) => isEmpty(id, from, to))
  })
  for (const chunk of chunks.slice(0, chunkWindow)) messages.push({ kind: 'chunk', videoId, revision, chunk })
  return messages
}

const openingOf = (plan: Plan, id: string): number => {
  const audio = plan.audio.find((rendition) => rendition.id === id)
  return audio ? openingSegments(audio.grid, 'audio') : openingSegments(plan.video!.grid, 'video')
}

/** Chunks only where the account has a place for them: else they follow when one of its videos is ready. */
export async function enqueueUnfinished(deps: Pick<EncodeDeps, 'queue' | 'documents' | 'limits'>, video: Video, plan: Plan, slots: Slots): Promise<void> {
  const messages = unfinished(video, plan, slots)
  const hasPlace = messages.some(({ kind }) => kind === 'chunk') && (await admit(deps, 'bulk', video))
  for (const message of messages) if (message.kind !== 'chunk' || hasPlace) await deps.queue.enqueue(taskOf(message))
}
