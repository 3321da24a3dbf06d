/** Brings a video's document up to date with its slots: progress, complete renditions, manifest version, playable, ready. */
import { durationLabel } from '../../base/measures.ts'
import { traced } from '../../base/tracer.ts'
import { taskOf, videoTopic } from '../../domain/messages.ts'
import { endingAt } from '../../domain/grid.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import { readSlots } from '../../records/chunk.ts'
import { readVideo, updateVideo } from '../../records/video.ts'
import { leave } from '../worker/admission.ts'
import type { EncodeDeps } from '../deps.ts'
import { enqueueExtras, missingExtras, unmeasuredPictures } from '../reconcile/extras-due.ts'
import { endsEarly, endsEarlyCode, endsEarlyWarning } from '../tasks/ends-early.ts'
import { completeRenditions, isPlayable, renditionIds, shareFilled, type Slots } from './listing.ts'
import { publishManifest } from './publish-manifest.ts'
import { enqueueLazy } from '../reconcile/lazy-work.ts'
import { isLive, isSettled } from '../read-live.ts'

const filledWarning = { code: 'filled', message: 'Parts of the file could not be decoded and were replaced by still pictures or silence.' }

/**
 * Everything is read from the chunks (DESIGN §2.8), so it may run at any time, any number of times, anywhere.
 * Writes nothing when nothing changed. Answers the video as stored, or undefined when the revision is not live.
 */
export async function recount(deps: EncodeDeps, plan: Plan): Promise<Video | undefined> {
  const { videoId, revision } = plan
  const { slots, fills } = await readSlots(deps.documents, plan)
  const present = (await readVideo(deps.documents, videoId))?.value
  if (!isLive(present, revision)) return undefined
  if (isSettled(present, plan)) return present
  const complete = completeRenditions(plan, slots)
  const endsAtSeconds = endsEarly(plan, fills, slots)
  const manifestVersion = await publishManifest(deps, plan, present.manifestVersion ?? 1, slots, { endsAtSeconds })
  let changed = false
  let [becamePlayable, becameReady] = [false, false]
  const video = await updateVideo(deps.documents, videoId, (stored) => {
    changed = false
    if (!isLive(stored, revision) || isSettled(stored, plan)) return undefined
    const next = advance(stored, { plan, slots, complete, manifestVersion, filled: fills.length > 0, endsAtSeconds, now: deps.clock() })
    changed = isChanged(stored, next)
    becamePlayable = stored.playableAt === undefined && next.playableAt !== undefined
    becameReady = stored.state !== 'ready' && next.state === 'ready'
    return changed ? next : undefined
  })
  if (!video || !changed) return video
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  if (video.state !== present.state) await leave(deps, video)
  const sinceMs = video.completedAt ?? video.createdAt
  if (becamePlayable) {
    const seconds = (video.playableAt! - sinceMs) / 1000
    deps.measures?.observe('sluice_time_to_playable_seconds', durationLabel(video.durationSeconds), seconds)
  }
  if (becameReady) {
    deps.log.info({ videoId, seconds: (deps.clock() - sinceMs) / 1000 }, 'video ready')
    deps.tracer?.video(videoId, {
      fromMs: sinceMs,
      toMs: video.readyAt!,
      attributes: { seconds: video.durationSeconds ?? 0, bytes: video.source.sizeBytes, renditions: complete, 'playable.seconds': (video.playableAt! - sinceMs) / 1000 },
    })
    await traced(deps.tracer, 'ready', videoId, { revision }, async () => {
      await enqueueLazy(deps, plan, slots)
      await enqueueExtras(deps, video)
    })
  } else if (missingExtras(video).includes('quality') && unmeasuredPictures(video).some((id) => !present.completeRenditions.includes(id))) {
    // A picture that a viewer or an idle encoder just completed: its figure follows it. Those of before are asked for already.
    await deps.queue.enqueue(taskOf({ kind: 'extra', videoId, revision, extra: 'quality' }))
  }
  // Whatever was made twice goes: after the ladder, and again after what viewers asked for.
  if (becameReady || isSettled(video, plan)) await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId }, deps.limits.fastDue ? 1 : 60))
  return video
}

type Count = { plan: Plan; slots: Slots; complete: string[]; manifestVersion: number; filled: boolean; endsAtSeconds: number | undefined; now: number }

/** The video as the count makes it. Progress, versions and states only go forward. */
function advance(video: Video, count: Count): Video {
  const share = shareFilled(count.plan, count.slots)
  const next: Video = { ...video, progress: Math.max(video.progress, share) }
  // Slots only fill: a count that began before another's and ended after it takes nothing back.
  next.completeRenditions = renditionIds(count.plan).filter((id) => count.complete.includes(id) || video.completeRenditions?.includes(id))
  next.manifestVersion = Math.max(video.manifestVersion ?? 1, count.manifestVersion)
  if (count.filled && !video.warnings.some((warning) => warning.code === filledWarning.code)) next.warnings = [...video.warnings, filledWarning]
  if (count.endsAtSeconds !== undefined && video.durationSeconds! > count.endsAtSeconds) {
    next.durationSeconds = endingAt(count.plan, count.endsAtSeconds).durationSeconds
    next.warnings = [...next.warnings.filter(({ code }) => code !== endsEarlyCode), endsEarlyWarning(next.durationSeconds, count.plan.durationSeconds)]
  }
  if (video.state === 'inspecting' && isPlayable(count.plan, count.slots, (count.now - count.plan.createdAt) / 1000)) {
    next.state = 'playable'
    next.playableAt = count.now
  }
  if (share === 1 && video.state !== 'ready') {
    next.state = 'ready'
    next.readyAt = count.now
    next.playableAt ??= count.now
  }
  return next
}

const isChanged = (before: Video, after: Video): boolean =>
  before.state !== after.state ||
  before.progress !== after.progress ||
  before.manifestVersion !== after.manifestVersion ||
  before.durationSeconds !== after.durationSeconds ||
  before.warnings.length !== after.warnings.length ||
  before.completeRenditions.length !== after.completeRenditions.length
