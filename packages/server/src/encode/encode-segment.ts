/** The segment task: a viewer waits for one segment of one rendition. */
import { isLazy } from '../domain/eager.ts'
import { chunkOf, gridOf, segmentAt } from '../domain/grid.ts'
import { taskOf } from '../domain/messages.ts'
import type { Plan } from '../domain/plan.ts'
import { readSlot } from '../records/chunk.ts'
import { noteDemand } from '../records/demand.ts'
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
  if (isLazy(live.plan, renditionId)) await demandChunk(deps, live.plan, renditionId, chunkOf(found.grid, number))
  await deps.progress.note(live.plan)
}

/** A lazy rendition has a viewer: the chunk where he is is made whole. The edge asks for those ahead of him. */
async function demandChunk(deps: EncodeDeps, plan: Plan, renditionId: string, chunk: number): Promise<void> {
  if (!(await noteDemand(deps.documents, plan, { renditionId, chunk }, deps.clock()))) return
  await deps.queue.enqueue(taskOf({ kind: 'chunk', videoId: plan.videoId, revision: plan.revision, chunk, renditionIds: [renditionId] }))
}
