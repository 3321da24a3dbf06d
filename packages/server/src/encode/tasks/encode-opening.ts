/** The opening task: the first seconds of the lowest picture and of the sound, which make a video playable. */
import { openingSegments } from '../../domain/grid.ts'
import type { Plan } from '../../domain/plan.ts'
import { readChunk } from '../../records/chunk.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import type { EarlyOpening } from './early-opening.ts'
import { commitPictures, encodePictures } from './encode-pictures.ts'
import { encodeSound } from './encode-sound.ts'
import { defaultAudio, startRendition } from '../progress/listing.ts'
import { readLive } from '../read-live.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

/** Nothing where the video is no longer live. */
export async function encodeOpening(
  deps: EncodeDeps & { progress: ProgressTracker },
  message: { videoId: string; revision: string },
  context: TaskContext,
): Promise<void> {
  const live = await readLive(deps, message, context)
  if (live) await openVideo(deps, live.plan, context)
}

/** Picture and sound are made side by side; whichever fails, the other is committed all the same. `early`: the picture may be made already. */
export async function openVideo(deps: EncodeDeps & { progress: ProgressTracker }, plan: Plan, context: TaskContext, early?: EarlyOpening): Promise<void> {
  const outcomes = await Promise.allSettled([openPicture(deps, plan, context, early), openSound(deps, plan, context)])
  await deps.progress.note(plan, { now: true })
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

async function openPicture(deps: EncodeDeps, plan: Plan, { signal }: TaskContext, early?: EarlyOpening): Promise<void> {
  if (!plan.video) return
  const id = startRendition(plan)
  const to = openingSegments(plan.video.grid, 'video')
  if (await isOpen(deps, plan, id, to)) return
  const made = await early?.take(plan)
  if (made) await commitPictures(deps, plan, made, signal)
  else await encodePictures(deps, plan, { renditionIds: [id], from: 0, to, nice: 0, signal })
}

async function openSound(deps: EncodeDeps, plan: Plan, { signal }: TaskContext): Promise<void> {
  const rendition = defaultAudio(plan)
  if (!rendition) return
  const toSegment = openingSegments(rendition.grid, 'audio')
  if (await isOpen(deps, plan, rendition.id, toSegment)) return
  await encodeSound(deps, plan, { rendition, toSegment, nice: 0, signal })
}

async function isOpen(deps: EncodeDeps, plan: Plan, renditionId: string, to: number): Promise<boolean> {
  const slots = (await readChunk(deps.documents, plan, renditionId, 0))?.slots[renditionId] ?? []
  return slots.length >= to && slots.slice(0, to).every((slot) => slot !== null)
}
