/** The audio task: a part of one track, where slots are still empty. */
import { taskOf, type Message } from '../../domain/messages.ts'
import { readSlots } from '../../records/chunk.ts'
import { emptyOfPart, partWindow } from './audio-parts.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from '../deps.ts'
import { encodeSound } from './encode-sound.ts'
import { readLive } from '../read-live.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

export async function encodeAudio(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: Extract<Message, { kind: 'audio' }>,
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  const rendition = live?.plan.audio.find(({ id }) => id === message.renditionId)
  if (!live || !rendition) return
  const part = message.part ?? 0
  const slots = (await readSlots(deps.documents, live.plan)).slots.get(rendition.id)!
  const empty = emptyOfPart(rendition.grid, part, slots)
  if (empty && !(await encodeSound(deps, live.plan, { rendition, fromSegment: empty.from, toSegment: empty.to, nice: bulkNice, signal: context.signal }))) return
  if (emptyOfPart(rendition.grid, part + partWindow, slots)) {
    await deps.queue.enqueue(taskOf({ ...message, part: part + partWindow }))
  }
  await deps.progress.note(live.plan)
}
