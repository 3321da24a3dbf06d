/** One look of the reconciler at a video: is it done, moving, or stuck? */
import { videoPrefix } from '../../domain/keys.ts'
import { taskOf } from '../../domain/messages.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { removeChapters } from '../../records/chapters.ts'
import { readSlots } from '../../records/chunk.ts'
import { minuteAfter, minuteOf, type Due } from '../../records/due.ts'
import { readPlan, removeRevision } from '../../records/plan.ts'
import type { QueueDepth } from '../../ports/queue.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps } from '../deps.ts'
import { enqueueUnfinished } from './enqueue-unfinished.ts'
import { demandedWork, lazyWork } from './lazy-work.ts'
import { isSettled } from '../read-live.ts'
import { recount } from '../progress/recount.ts'
import { leave } from '../worker/admission.ts'
import { tombstoneMs } from './sweep.ts'

/** Of what a video needs to be ready, and of what follows. */
const [ladderPriorities, backgroundPriorities] = [[1, 2], [3]] as const
/** When to look again, and how long without progress is taken for stuck; doubled with every time it was re-queued. */
const normalPace = { lookMinutes: 2, stuckMs: 3 * 60_000, stuckMaxMs: 60 * 60_000 }
const fastPace = { lookMinutes: 0, stuckMs: 5000, stuckMaxMs: 60_000 }

/** Whole multiples of the pace, so that two entries of one video (a scan adds some) fall on each other and become one. */
const nextLook = (nowMinute: number, lookMinutes: number): number =>
  lookMinutes === 0 ? nowMinute : (Math.floor(nowMinute / lookMinutes) + 1) * lookMinutes

/**
 * Re-queues what is unfinished when nothing has moved for a while, or when the whole queue is empty. Answers the entry
 * that must stand instead of this one, or undefined when the end state was read back and the entry may go.
 * `depth` may be of some seconds ago.
 */
export async function lookAtVideo(deps: EncodeDeps, due: Due, depth: () => Promise<QueueDepth[]>): Promise<Due | undefined> {
  const now = deps.clock()
  const pace = deps.limits.fastDue ? fastPace : normalPace
  const next = (seen?: Due['seen']): Due => ({ kind: 'video', id: due.id, atMinute: nextLook(minuteOf(now), pace.lookMinutes), seen })
  let video = (await readVideo(deps.documents, due.id))?.value
  if (!video) return undefined
  const patient = { seen: due.seen, now, pace, depth }
  if (video.deletedAt !== undefined) return lookAtDeleted(deps, video, patient, next)
  const plan = video.revision ? await readPlan(deps.documents, video.id, video.revision) : undefined
  if (plan && !isSettled(video, plan)) video = (await recount(deps, plan)) ?? video
  if (isFinal(video) && !(plan && video.state === 'ready')) return undefined
  if (video.state === 'awaiting-upload') return next()

  const slots = plan && (await readSlots(deps.documents, plan)).slots
  const lazy = video.state === 'ready' && plan && slots ? await lazyWork(deps, plan, slots) : undefined
  if (lazy?.length === 0) return undefined
  const filled = slots ? [...slots.values()].flat().filter((slot) => slot !== null).length : 0
  const progress = `${video.state} ${video.revision ?? '-'} ${filled} ${video.remux?.share ?? ''}`
  const { seen, mayStillWait, requeued } = await patienceOf(patient, progress, lazy ? backgroundPriorities : ladderPriorities)
  if (mayStillWait) return next(seen)

  deps.log.info({ videoId: video.id, progress, requeues: seen.requeues }, 're-queued what is unfinished')
  const demanded = lazy ?? (plan && slots && (await demandedWork(deps, plan, slots))) ?? []
  for (const message of demanded) await deps.queue.enqueue(taskOf(message))
  if (lazy) return next(requeued)
  if (plan && slots) await enqueueUnfinished(deps, video, plan, slots)
  else await deps.queue.enqueue(taskOf({ kind: 'inspect', videoId: video.id }))
  return next(requeued)
}

type Patient = { seen: Due['seen']; now: number; pace: typeof normalPace; depth: () => Promise<QueueDepth[]> }

/** `seen`: since when it is at this progress; `requeued`: that, once it is enqueued again, which doubles the patience. An empty queue has nothing to wait for. */
async function patienceOf({ seen: before, now, pace, depth }: Patient, progress: string, priorities: readonly number[]) {
  const seen = before?.progress === progress ? before : { progress, sinceMs: now, requeues: 0 }
  const patienceMs = Math.min(pace.stuckMaxMs, pace.stuckMs * 2 ** Math.min(seen.requeues, 20))
  const depths = await depth()
  const isQueueEmpty = depths.every(({ ready, delayed, leased }) => ready + delayed + leased === 0)
  return {
    seen,
    mayStillWait: !isQueueEmpty && now - seen.sinceMs < Math.max(patienceMs, oldestMs(depths, priorities)),
    requeued: { progress, sinceMs: now, requeues: seen.requeues + 1 },
  }
}

/**
 * How long the oldest task waits: what was enqueued since then may be in the queue still, however long that takes. Once
 * more, and a backlog would grow by itself, faster than it is worked off.
 */
const oldestMs = (depths: QueueDepth[], of: readonly number[]): number => 1000 * Math.max(0, ...depths.filter(({ priority }) => of.includes(priority)).map(({ oldestSeconds }) => oldestSeconds))

/** Done when both buckets hold nothing of it a day after the deletion; its tombstone is all that stays. */
async function lookAtDeleted(deps: EncodeDeps, video: Video, patient: Patient, next: (seen?: Due['seen']) => Due): Promise<Due | undefined> {
  await leave(deps, video)
  const againAt = video.deletedAt! + tombstoneMs
  const left = await Promise.all((['encoded', 'raw'] as const).map((bucket) => deps.objects.list(bucket, videoPrefix(video.id))))
  const isEmpty = left.every(({ items }) => items.length === 0)
  if (isEmpty && patient.now < againAt) return { ...next(), atMinute: minuteAfter(againAt) }
  if (isEmpty) {
    if (video.revision !== undefined) await removeRevision(deps.documents, video.id, video.revision)
    await removeChapters(deps.documents, video.id)
    return undefined
  }
  const { seen, mayStillWait, requeued } = await patienceOf(patient, 'deleted', backgroundPriorities)
  if (mayStillWait) return next(seen)
  await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: video.id }))
  return next(requeued)
}
