/** The chunk task: the renditions of one chunk in one decode, where slots are still empty. */
import { eagerPictures } from '../../domain/eager.ts'
import { chunkCount, chunkSegments } from '../../domain/grid.ts'
import { taskOf, type Message } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { readChunk, readSlots } from '../../records/chunk.ts'
import { backgroundWindow, chunkWindow } from '../reconcile/chunk-window.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from '../deps.ts'
import { encodePictures } from './encode-pictures.ts'
import { admit } from '../worker/admission.ts'
import { unfinishedChunks } from '../reconcile/enqueue-unfinished.ts'
import { readLive } from '../read-live.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'
import { tune } from '../plan/tune.ts'

type ChunkMessage = Extract<Message, { kind: 'chunk' }>

export async function encodeChunk(deps: EncodeDeps & { progress: ProgressTracker }, message: ChunkMessage, context: TaskContext): Promise<void> {
  const live = await readLive(deps, message, context)
  if (!live?.plan.video || message.chunk >= chunkCount(live.plan.video.grid, 'video')) return
  const { plan } = live
  const wanted = wantedPictures(plan, message)
  const empty = await emptySlots(deps, plan, wanted, message.chunk)
  // Also where viewers had all of the chunk made before: the others wait for its sampling.
  if ((empty || !message.renditionIds) && (await tune(deps, plan, context.signal))) await enqueueOthers(deps, live, message.chunk)
  if (empty && !(await encodePictures(deps, plan, { ...empty, nice: bulkNice, signal: context.signal }))) return
  await enqueueNext(deps, plan, wanted, message)
  await deps.progress.note(plan)
}

function wantedPictures(plan: Plan, { renditionIds }: ChunkMessage): string[] {
  if (!renditionIds) return eagerPictures(plan)
  return plan.video!.renditions.map(({ id }) => id).filter((id) => renditionIds.includes(id))
}

/** They waited for the sampling: each would have sampled the video too. Without a place they go on waiting, for that. */
async function enqueueOthers(deps: EncodeDeps, { video, plan }: { video: Video; plan: Plan }, own: number): Promise<void> {
  if (isFinal(video) || !(await admit(deps, 'bulk', video))) return
  const { slots } = await readSlots(deps.documents, plan)
  for (const message of unfinishedChunks(plan, slots)) if (message.chunk !== own) await deps.queue.enqueue(taskOf(message))
}

/** What a viewer asked for is one chunk; all else goes on to the end. */
async function enqueueNext(deps: EncodeDeps, plan: Plan, wanted: string[], message: ChunkMessage): Promise<void> {
  if (message.renditionIds && !message.background) return
  const window = message.background ? backgroundWindow : chunkWindow
  for (let chunk = message.chunk + window; chunk < chunkCount(plan.video!.grid, 'video'); chunk += window) {
    if (await emptySlots(deps, plan, wanted, chunk)) return deps.queue.enqueue(taskOf({ ...message, chunk }))
  }
}

/** Those of the renditions that have empty slots in a chunk, and the segments [from, to) that cover them; undefined when it is full. */
async function emptySlots(deps: EncodeDeps, plan: Plan, wanted: string[], chunk: number): Promise<{ renditionIds: string[]; from: number; to: number } | undefined> {
  const { grid } = plan.video!
  const { from, to } = chunkSegments(grid, 'video', chunk)
  const stored = wanted[0] === undefined ? undefined : await readChunk(deps.documents, plan, wanted[0], chunk)
  const isEmpty = (renditionId: string, number: number) => !stored?.slots[renditionId]?.[number - from]
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  const renditionIds = wanted.filter((id) => numbers.some((number) => isEmpty(id, number)))
  const empty = numbers.filter((number) => renditionIds.some((id) => isEmpty(id, number)))
  return empty.length === 0 ? undefined : { renditionIds, from: empty[0]!, to: empty.at(-1)! + 1 }
}
