/** The audio task: one track from beginning to end in one pass. */
import { readSlots } from '../records/chunk.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from './deps.ts'
import { encodeSound } from './encode-sound.ts'
import { readLive } from './read-live.ts'
import type { ProgressTracker } from './track-progress.ts'

export async function encodeAudio(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: { videoId: string; revision: string; renditionId: string },
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  const rendition = live?.plan.audio.find(({ id }) => id === message.renditionId)
  if (!live || !rendition) return
  const { slots } = await readSlots(deps.documents, live.plan)
  if (slots.get(rendition.id)!.includes(null)) {
    await encodeSound(deps, live.plan, { rendition, nice: bulkNice, signal: context.signal, onCommit: () => deps.progress.note(live.plan) })
  }
  await deps.progress.note(live.plan)
}
