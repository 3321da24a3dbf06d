/** The upgrade task: gives a ready video the further codecs that the policies want for it, and enqueues what they lack. */
import { VersionConflict } from '../../base/errors.ts'
import { initKey } from '../../domain/keys.ts'
import { taskOf } from '../../domain/messages.ts'
import type { Plan, PlanDraft, Tier, TierCodec, VideoRendition } from '../../domain/plan.ts'
import { av1CrfFor, draftAv1, draftOpus, suits, tierCodecs, tierOf } from '../../domain/tier.ts'
import { isWorthUpgrading } from '../../domain/upgrade-rule.ts'
import type { Video } from '../../domain/video.ts'
import type { Init } from '../../media/init.ts'
import { MediaRunError } from '../../media/run.ts'
import { readSlots } from '../../records/chunk.ts'
import { minuteOf, writeDue } from '../../records/due.ts'
import { createTier, readManifestVersion, readPlan, readTier } from '../../records/plan.ts'
import { readViews } from '../../records/audience.ts'
import { readVideo } from '../../records/video.ts'
import { bulkNice, type EncodeDeps, type TaskContext } from '../deps.ts'
import { tierWork } from '../reconcile/lazy-work.ts'
import { isLive } from '../read-live.ts'
import { sourceUrl } from '../plan/source-url.ts'
import { tunedPlan } from '../plan/tune.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** Minutes until the reconciler looks whether the tier gets done. */
const lookMinutes = 2

export async function upgrade(deps: EncodeDeps, message: { videoId: string; revision: string }, context: TaskContext): Promise<void> {
  const { videoId, revision } = message
  const video = (await readVideo(deps.documents, videoId))?.value
  if (!isLive(video, revision) || video.state !== 'ready') return
  const before = await readPlan(deps.documents, videoId, revision)
  if (!before) return
  for (const codec of tierCodecs) {
    if (tierOf(before, codec).length === 0 && (await isWanted(deps, video, before, codec))) await decide(deps, before, codec, context.signal)
  }
  const plan = await readPlan(deps.documents, videoId, revision)
  if (!plan) return
  const { slots } = await readSlots(deps.documents, plan)
  const work = tierWork(plan, slots)
  if (work.length === 0) return
  // Written before any segment: a manifest that lists the tier finds its init segments there, whoever dies in between.
  await storeInits(deps, plan)
  for (const each of work) await deps.queue.enqueue(taskOf(each))
}

async function isWanted(deps: EncodeDeps, video: Video, plan: Plan, codec: TierCodec): Promise<boolean> {
  const { [codec]: policy, prices } = deps.limits.upgrade
  if (!suits(plan, codec) || policy !== 'popular') return suits(plan, codec) && policy === 'always'
  const [views, manifest] = await Promise.all([
    readViews(deps.documents, video.id),
    readManifestVersion(deps.documents, video.id, plan.revision, video.manifestVersion ?? 1),
  ])
  return isWorthUpgrading(plan, codec, views, manifest?.rates, prices)
}

/** The first to store it wins. The due entry comes first: from here on it will be completed. */
async function decide(deps: EncodeDeps, plan: Plan, codec: TierCodec, signal: AbortSignal): Promise<void> {
  const { videoId, revision } = plan
  const tier = await planTier(deps, plan, codec, signal)
  await writeDue(deps.documents, { kind: 'video', id: videoId, atMinute: minuteOf(deps.clock()) + lookMinutes })
  try {
    await createTier(deps.documents, videoId, revision, tier)
    deps.log.info({ videoId, revision, renditions: tier.renditions.map(({ id }) => id) }, 'a tier was planned')
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error
  }
}

async function planTier(deps: EncodeDeps, plan: Plan, codec: TierCodec, signal: AbortSignal): Promise<Tier> {
  const initsOf = (draft: Pick<PlanDraft, 'video' | 'audio'>) => deps.media.makeInits({ ...plan, ...draft }, { signal })
  const common = (inits: Map<string, Init>) => ({
    createdAt: deps.clock(),
    inits: Object.fromEntries([...inits].map(([id, { bytes }]) => [id, bytes.toString('base64')])),
  })
  if (codec === 'opus') {
    const drafts = draftOpus(plan)
    const inits = await initsOf({ video: undefined, audio: drafts })
    return { codec, ...common(inits), renditions: drafts.map((one) => ({ ...one, codecs: inits.get(one.id)!.codecs })) }
  }
  const drafts = draftAv1(await tunedPlan(deps, plan))
  const inits = await initsOf({ video: { ...plan.video!, renditions: drafts }, audio: [] })
  const renditions = drafts.map((one) => {
    const { codecs, parameterSetsSha256 } = inits.get(one.id)!
    return { ...one, codecs, parameterSetsSha256 }
  })
  const ssim = await sampled(deps, plan, renditions, signal)
  const tuned = renditions.map((one) => {
    const found = ssim.get(one.id)
    return found === undefined ? one : { ...one, settings: { ...one.settings, crf: av1CrfFor(one.settings.crf, found) } }
  })
  return { codec, ...common(inits), renditions: tuned }
}

/** What can't be sampled keeps the CRF that follows from the ladder's. */
async function sampled(deps: EncodeDeps, plan: Plan, renditions: VideoRendition[], signal: AbortSignal): Promise<Map<string, number>> {
  const url = await sourceUrl(deps, plan.source.key)
  try {
    return await withWorkDirectory(deps.limits.workRoot, (workDir) => deps.media.sampleCodec({ plan, url, renditions, workDir, nice: bulkNice, signal }))
  } catch (error) {
    if (signal.aborted || !(error instanceof MediaRunError) || error.reason === 'spawn') throw error
    deps.log.warn({ err: error, videoId: plan.videoId }, 'a further codec could not be sampled')
    return new Map()
  }
}

async function storeInits(deps: EncodeDeps, { videoId, revision }: Plan): Promise<void> {
  const tiers = await Promise.all(tierCodecs.map((codec) => readTier(deps.documents, videoId, revision, codec)))
  for (const [id, base64] of tiers.flatMap((tier) => Object.entries(tier?.inits ?? {}))) {
    const key = initKey(videoId, revision, id)
    if (await deps.objects.head('encoded', key)) continue
    await deps.objects.put('encoded', key, Buffer.from(base64, 'base64'), { mediaType: 'video/mp4' })
  }
}
