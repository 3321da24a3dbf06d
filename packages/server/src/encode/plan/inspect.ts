/** The inspect task: what the file is, the plan, the init segments, the first manifest; then the rest is enqueued. */
import { traced } from '../../base/tracer.ts'
import { initKey, newRevision, revisionPrefix } from '../../domain/keys.ts'
import { taskOf, videoTopic } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { rateOf } from '../../domain/rate.ts'
import { isFinal, type Failure, type Video } from '../../domain/video.ts'
import type { Init } from '../../media/init.ts'
import type { Inspection } from '../../media/inspection.ts'
import { NotSeekable } from '../../media/make-seekable.ts'
import { MediaRefused } from '../../media/refuse.ts'
import { readSlots } from '../../records/chunk.ts'
import { createPlan, readPlan, removeRevision } from '../../records/plan.ts'
import { readVideo, updateVideo } from '../../records/video.ts'
import { admit } from '../worker/admission.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { withEarlyOpening } from '../tasks/early-opening.ts'
import { openVideo } from '../tasks/encode-opening.ts'
import { enqueueUnfinished } from '../reconcile/enqueue-unfinished.ts'
import { failVideo } from '../worker/fail-video.ts'
import { listedAtFirst, startRendition } from '../progress/listing.ts'
import { storeManifestVersion } from '../progress/publish-manifest.ts'
import { draftPlan, finishPlan, type PlanOptions } from './make-plan.ts'
import { assertSourceReadable, sourceUrl } from './source-url.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

/** What a store that dies in the middle of an answer makes of any file: looked at once more, when it answers again, before it is the file's own. */
const looksCut: ReadonlySet<string> = new Set(['not_media', 'no_streams', 'truncated', 'damaged'])

type InspectDeps = EncodeDeps & { progress: ProgressTracker }

/**
 * Rival inspections of one video write below prefixes of their own; the first compare-and-set of the video's document
 * wins, and the loser removes what it made. Throws SourceMissing, MediaRunError, DriverUnavailable.
 */
export async function inspect(deps: InspectDeps, message: { videoId: string; again?: boolean }, context: TaskContext): Promise<void> {
  const video = (await readVideo(deps.documents, message.videoId))?.value
  if (!video || isFinal(video) || video.state === 'awaiting-upload') return
  if (video.revision) return message.again || context.attempt > 1 ? takeUpAgain(deps, video) : undefined
  if (video.remux && !video.remux.copy && !video.remux.failed) return deps.queue.enqueue(taskOf({ kind: 'remux', videoId: video.id }))
  if (!(await admit(deps, 'opening', video))) return
  try {
    await planAndOpen(deps, video, context).catch((error: unknown) => {
      if (!(error instanceof MediaRefused) || !looksCut.has(error.code)) throw error
      return planAndOpen(deps, video, context)
    })
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

/** The picture of the opening is begun before the inspection is over, and the opening is made right here: a viewer may wait already. */
async function planAndOpen(deps: InspectDeps, video: Video, context: TaskContext): Promise<void> {
  const { key, sizeBytes } = video.remux?.copy ?? video.source
  const { signal } = context
  const [url, encoderBuild] = await Promise.all([sourceUrl(deps, key), deps.media.encoderBuild(), assertSourceReadable(deps, key)])
  const options: PlanOptions = {
    videoId: video.id,
    revision: newRevision(),
    source: { key, sizeBytes },
    preset: deps.limits.preset,
    cores: deps.limits.cores,
    videoEncoder: deps.limits.videoEncoder,
    eager: deps.limits.eager,
    encoderBuild,
    now: deps.clock(),
  }
  const draft = (inspection: Inspection) => draftPlan(inspection, options)
  await withEarlyOpening(deps, { url, draft, signal }, async (early) => {
    const { maxDurationSeconds } = deps.limits
    const inspection = await deps.media.inspectSource(url, {
      sizeBytes, maxDurationSeconds, signal, onGuess: early.begin, mustSeek: !video.remux, claimedSeconds: video.remux?.claimedSeconds,
    })
    const drafted = draft(inspection)
    const inits = await deps.media.makeInits(drafted, { signal })
    const plan = finishPlan(drafted, inits)
    await storePlan(deps, plan, inits)
    const stored = await adopt(deps, plan, inspection.warnings)
    if (stored?.revision !== plan.revision) return discard(deps, plan)
    await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
    deps.log.info({ videoId: video.id, revision: plan.revision, durationSeconds: plan.durationSeconds, renditions: [...inits.keys()] }, 'planned')
    await traced(deps.tracer, 'opening', video.id, { revision: plan.revision }, () => openVideo(deps, plan, context, early)).catch((error: unknown) => {
      // What is missing of it is enqueued as a task of its own, which counts its failures.
      deps.log.warn({ err: error, videoId: video.id }, 'the opening is left to its own task')
    })
    await enqueueUnfinished(deps, stored, plan, (await readSlots(deps.documents, plan)).slots)
  })
}

/** Everything that the video's document will point at, before it does. */
async function storePlan(deps: EncodeDeps, plan: Plan, inits: Map<string, Init>): Promise<void> {
  const { videoId, revision } = plan
  const listed = listedAtFirst(plan)
  await Promise.all([
    ...[...inits].map(([id, { bytes }]) => deps.objects.put('encoded', initKey(videoId, revision, id), bytes, { mediaType: 'video/mp4' })),
    createPlan(deps.documents, plan),
    storeManifestVersion(deps, plan, { version: 1, createdAt: deps.clock(), renditionIds: listed }, listed),
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
