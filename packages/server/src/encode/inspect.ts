/** The inspect task: what the file is, the plan, the init segments, the first manifest; then the rest is enqueued. */
import { initKey, newRevision, revisionPrefix } from '../domain/keys.ts'
import { taskOf, videoTopic } from '../domain/messages.ts'
import type { Plan } from '../domain/plan.ts'
import { rateOf } from '../domain/rate.ts'
import { isFinal, type Failure, type Video } from '../domain/video.ts'
import type { Init } from '../media/init.ts'
import { NotSeekable } from '../media/make-seekable.ts'
import { MediaRefused } from '../media/refuse.ts'
import { readSlots } from '../records/chunk.ts'
import { createManifestVersion, createPlan, readPlan, removeRevision } from '../records/plan.ts'
import { readVideo, updateVideo } from '../records/video.ts'
import type { EncodeDeps, TaskContext } from './deps.ts'
import { enqueueUnfinished } from './enqueue-unfinished.ts'
import { failVideo } from './fail-video.ts'
import { listedAtFirst, startRendition } from './listing.ts'
import { draftPlan, finishPlan } from './make-plan.ts'
import { assertSourceReadable, sourceUrl } from './source-url.ts'

/**
 * Rival inspections of one video write below prefixes of their own; the first compare-and-set of the video's document
 * wins, and the loser removes what it made. Throws SourceMissing, MediaRunError, DriverUnavailable.
 */
export async function inspect(deps: EncodeDeps, message: { videoId: string; again?: boolean }, context: TaskContext): Promise<void> {
  const video = (await readVideo(deps.documents, message.videoId))?.value
  if (!video || isFinal(video) || video.state === 'awaiting-upload') return
  if (video.revision) return message.again || context.attempt > 1 ? takeUpAgain(deps, video) : undefined
  if (video.remux && !video.remux.copy && !video.remux.failed) return deps.queue.enqueue(taskOf({ kind: 'remux', videoId: video.id }))
  try {
    const { plan, inits, warnings } = await makePlan(deps, video, context.signal)
    await storePlan(deps, plan, inits)
    const stored = await adopt(deps, plan, warnings)
    if (stored?.revision !== plan.revision) return await discard(deps, plan)
    const { slots } = await readSlots(deps.documents, plan)
    await enqueueUnfinished(deps, stored, plan, slots)
    await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
    deps.log.info({ videoId: video.id, revision: plan.revision, durationSeconds: plan.durationSeconds, renditions: [...slots.keys()] }, 'planned')
  } catch (error) {
    if (error instanceof NotSeekable) return copyFirst(deps, video, error)
    if (!(error instanceof MediaRefused)) throw error
    await failVideo(deps, video.id, { code: error.code, message: error.message })
  }
}

/** The copy is made by a task of its own, aside of the openings of others; it enqueues the inspection again. */
async function copyFirst(deps: EncodeDeps, video: Video, { claimedSeconds }: NotSeekable): Promise<void> {
  await updateVideo(deps.documents, video.id, (present) => (present.remux ? undefined : { ...present, remux: { share: 0, claimedSeconds } }))
  await deps.queue.enqueue(taskOf({ kind: 'remux', videoId: video.id }))
}

/** Planned before, by a worker that may have died before it enqueued the rest, or in a life that ended as failed. */
async function takeUpAgain(deps: EncodeDeps, video: Video): Promise<void> {
  const plan = await readPlan(deps.documents, video.id, video.revision!)
  if (plan) await enqueueUnfinished(deps, video, plan, (await readSlots(deps.documents, plan)).slots)
}

async function makePlan(deps: EncodeDeps, video: Video, signal: AbortSignal): Promise<{ plan: Plan; inits: Map<string, Init>; warnings: Failure[] }> {
  const { key, sizeBytes } = video.remux?.copy ?? video.source
  const [url, encoderBuild] = await Promise.all([sourceUrl(deps, key), deps.media.encoderBuild(), assertSourceReadable(deps, key)])
  const inspection = await deps.media.inspectSource(url, {
    sizeBytes,
    maxDurationSeconds: deps.limits.maxDurationSeconds,
    signal,
    mustSeek: !video.remux,
    claimedSeconds: video.remux?.claimedSeconds,
  })
  const draft = draftPlan(inspection, {
    videoId: video.id,
    revision: newRevision(),
    source: { key, sizeBytes },
    preset: deps.limits.preset,
    eager: deps.limits.eager,
    encoderBuild,
    now: deps.clock(),
  })
  const inits = await deps.media.makeInits(draft, { signal })
  return { plan: finishPlan(draft, inits), inits, warnings: inspection.warnings }
}

/** Everything that the video's document will point at, before it does. */
async function storePlan(deps: EncodeDeps, plan: Plan, inits: Map<string, Init>): Promise<void> {
  const { videoId, revision } = plan
  await Promise.all([
    ...[...inits].map(([id, { bytes }]) => deps.objects.put('encoded', initKey(videoId, revision, id), bytes, { mediaType: 'video/mp4' })),
    createPlan(deps.documents, plan),
    createManifestVersion(deps.documents, videoId, revision, { version: 1, createdAt: deps.clock(), renditionIds: listedAtFirst(plan) }),
  ])
}

function adopt(deps: EncodeDeps, plan: Plan, warnings: Failure[]): Promise<Video | undefined> {
  const highest = plan.video?.renditions.toSorted((a, b) => b.height - a.height || rateOf(b.rate) - rateOf(a.rate))[0]
  return updateVideo(deps.documents, plan.videoId, (video) => {
    if (video.revision || isFinal(video)) return undefined
    return {
      ...video,
      revision: plan.revision,
      manifestVersion: 1,
      durationSeconds: plan.durationSeconds,
      startRendition: startRendition(plan),
      warnings: [...video.warnings, ...warnings],
      ...(plan.video && highest && { width: plan.video.source.width, height: plan.video.source.height, frameRate: rateOf(highest.rate) }),
    }
  })
}

async function discard(deps: EncodeDeps, plan: Plan): Promise<void> {
  const { videoId, revision } = plan
  const { items } = await deps.objects.list('encoded', revisionPrefix(videoId, revision))
  await deps.objects.delete('encoded', items.map(({ key }) => key))
  await removeRevision(deps.documents, videoId, revision)
}
