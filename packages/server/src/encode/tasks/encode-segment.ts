/** The segment task: a viewer waits for one segment of one rendition. */
import { isLazy } from '../../domain/eager.ts'
import { chunkOf, gridOf, segmentAt } from '../../domain/grid.ts'
import { taskOf } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { readSlot } from '../../records/chunk.ts'
import { noteDemand } from '../../records/demand.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { encodePictures } from './encode-pictures.ts'
import { encodeSound } from './encode-sound.ts'
import { readLive } from '../read-live.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

/** What is made ahead of a viewer yields to what he, or another one, waits for, and goes before bulk. */
const aheadNice = 10

export async function encodeSegment(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: { videoId: string; revision: string; renditionId: string; number: number },
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  const found = live && gridOf(live.plan, message.renditionId)
  if (!live || !found || !segmentAt(found.grid, found.kind, message.number)) return
  if (await readSlot(deps.documents, live.plan, message.renditionId, message.number)) return
  const { renditionId, number } = message
  const nice = context.priority === 0 ? 0 : aheadNice
  const sound = live.plan.audio.find(({ id }) => id === renditionId)
  if (sound) {
    await encodeSound(deps, live.plan, { rendition: sound, fromSegment: number, toSegment: number + 1, nice, signal: context.signal })
    return deps.progress.note(live.plan)
  }
  await encodePictures(deps, live.plan, { renditionIds: [renditionId], from: number, to: number + 1, nice, signal: context.signal })
  if (isLazy(live.plan, renditionId)) await demandChunk(deps, live.plan, renditionId, chunkOf(found.grid, number))
  await deps.progress.note(live.plan)
}

/** A lazy rendition has a viewer: the chunk where he is is made whole. The edge asks for those ahead of him. */
async function demandChunk(deps: EncodeDeps, plan: Plan, renditionId: string, chunk: number): Promise<void> {
  if (!(await noteDemand(deps.documents, plan, { renditionId, chunk }, deps.clock()))) return
  await deps.queue.enqueue(taskOf({ kind: 'chunk', videoId: plan.videoId, revision: plan.revision, chunk, renditionIds: [renditionId] }))
}
