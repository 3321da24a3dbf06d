/** The segment task: a viewer waits for one segment of one rendition. */
import { gridOf, segmentAt } from '../domain/grid.ts'
import { readSlot } from '../records/chunk.ts'
import type { EncodeDeps, TaskContext } from './deps.ts'
import { encodePictures } from './encode-pictures.ts'
import { readLive } from './read-live.ts'
import type { ProgressTracker } from './track-progress.ts'

/** Sound is not made by the segment: its one pass is far ahead of any viewer, and a cut would leave a seam. */
export async function encodeSegment(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: { videoId: string; revision: string; renditionId: string; number: number },
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  const found = live && gridOf(live.plan, message.renditionId)
  if (!live || found?.kind !== 'video' || !segmentAt(found.grid, 'video', message.number)) return
  if (await readSlot(deps.documents, live.plan, message.renditionId, message.number)) return
  const { renditionId, number } = message
  await encodePictures(deps, live.plan, { renditionIds: [renditionId], from: number, to: number + 1, nice: 0, signal: context.signal })
  await deps.progress.note(live.plan)
}
