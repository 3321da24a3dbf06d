/** Reads a video and its plan for a task, and tells whether there is still anything to do for them. */
import type { Plan } from '../domain/plan.ts'
import { isFinal, type Video } from '../domain/video.ts'
import { readPlan } from '../records/plan.ts'
import { readVideo } from '../records/video.ts'
import type { EncodeDeps, TaskContext } from './deps.ts'
import { GiveBack } from './worker/errors.ts'
import { planAnew } from './plan/plan-anew.ts'
import { isHardwareGone } from './worker/hardware-presence.ts'
import { renditionIds } from './progress/listing.ts'

/** The revision takes slots: it is the video's live one, and the video is neither deleted nor failed. */
export const isLive = (video: Video | undefined, revision: string): video is Video =>
  video !== undefined && video.deletedAt === undefined && video.state !== 'failed' && video.revision === revision

/** Nothing is left to encode: the video is failed or gone, or it is ready and lacks no lazy rendition either. */
export const isSettled = (video: Video, plan: Plan): boolean =>
  isFinal(video) && !(video.state === 'ready' && video.deletedAt === undefined && video.completeRenditions.length < renditionIds(plan).length)

/** Deliveries after which a worker with another encoder build goes ahead: the check of parameter sets guards the bytes. */
const deliveriesForSameBuild = 2
const hardwareDelaySeconds = 30

/**
 * Video and plan of a live revision that is not settled; undefined when the task has become pointless. Throws GiveBack
 * where another worker may have the build of the encoder that the plan was made with.
 */
export async function readLive(
  deps: EncodeDeps,
  message: { videoId: string; revision: string },
  context: Pick<TaskContext, 'attempt'>,
): Promise<{ video: Video; plan: Plan } | undefined> {
  const { videoId, revision } = message
  const video = (await readVideo(deps.documents, videoId))?.value
  if (!isLive(video, revision)) return undefined
  const plan = await readPlan(deps.documents, videoId, revision)
  if (!plan || isSettled(video, plan)) return undefined
  // Never made up for chunk by chunk: no other encoder has its parameter sets.
  const hardware = plan.video?.renditions.find(({ settings }) => settings.encoder)?.settings.encoder
  if (hardware && hardware !== deps.limits.videoEncoder) {
    if (video.state !== 'ready' && (await isHardwareGone(deps, hardware, video.state === 'playable'))) return void (await planAnew(deps, plan))
    throw new GiveBack(`the plan wants ${hardware}, which this encoder does not have`, hardwareDelaySeconds)
  }
  if (context.attempt <= deliveriesForSameBuild && plan.encoderBuild !== (await deps.media.encoderBuild())) {
    throw new GiveBack(`the plan wants encoder build ${plan.encoderBuild}`, 1)
  }
  return { video, plan }
}
