/** The chunk task: every rendition of one chunk in one decode, where slots are still empty. */
import { chunkCount, chunkSegments } from '../domain/grid.ts'
import { taskOf } from '../domain/messages.ts'
import type { Plan } from '../domain/plan.ts'
import { readChunk } from '../records/chunk.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from './deps.ts'
import { encodePictures } from './encode-pictures.ts'
import { readLive } from './read-live.ts'
import type { ProgressTracker } from './track-progress.ts'

/** A long video has only so many chunks in the queue; each that is done enqueues the one this far behind it. */
export const chunkWindow = 16

export async function encodeChunk(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: { videoId: string; revision: string; chunk: number },
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  if (!live?.plan.video || message.chunk >= chunkCount(live.plan.video.grid, 'video')) return
  const { plan } = live
  const empty = await emptySlots(deps, plan, message.chunk)
  if (empty && !(await encodePictures(deps, plan, { ...empty, nice: bulkNice, signal: context.signal }))) return
  const next = message.chunk + chunkWindow
  if (next < chunkCount(plan.video!.grid, 'video') && (await emptySlots(deps, plan, next))) {
    await deps.queue.enqueue(taskOf({ ...message, kind: 'chunk', chunk: next }))
  }
  await deps.progress.note(plan)
}

/** The renditions with empty slots in a chunk, and the segments [from, to) that cover them; undefined when it is full. */
async function emptySlots(deps: EncodeDeps, plan: Plan, chunk: number): Promise<{ renditionIds: string[]; from: number; to: number } | undefined> {
  const { grid, renditions } = plan.video!
  const { from, to } = chunkSegments(grid, 'video', chunk)
  const stored = await readChunk(deps.documents, plan, renditions[0]!.id, chunk)
  const isEmpty = (renditionId: string, number: number) => !stored?.slots[renditionId]?.[number - from]
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  const renditionIds = renditions.map(({ id }) => id).filter((id) => numbers.some((number) => isEmpty(id, number)))
  const empty = numbers.filter((number) => renditionIds.some((id) => isEmpty(id, number)))
  return empty.length === 0 ? undefined : { renditionIds, from: empty[0]!, to: empty.at(-1)! + 1 }
}
