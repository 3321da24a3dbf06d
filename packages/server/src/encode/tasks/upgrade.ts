/** The upgrade task: decides whether a ready video gets AV1 beside H.264, plans that once, and enqueues its chunks. */
import { VersionConflict } from '../../base/errors.ts'
import { initKey } from '../../domain/keys.ts'
import { taskOf } from '../../domain/messages.ts'
import type { Plan, Tier } from '../../domain/plan.ts'
import { draftAv1, tierOf } from '../../domain/tier.ts'
import { isWorthUpgrading } from '../../domain/upgrade-rule.ts'
import type { Video } from '../../domain/video.ts'
import { readSlots } from '../../records/chunk.ts'
import { minuteOf, writeDue } from '../../records/due.ts'
import { createTier, readManifestVersion, readPlan, readTier } from '../../records/plan.ts'
import { readPlays } from '../../records/plays.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { tierChunks } from '../reconcile/lazy-work.ts'
import { isLive } from '../read-live.ts'
import { tunedPlan } from '../plan/tune.ts'

/** Minutes until the reconciler looks whether the tier gets done. */
const lookMinutes = 2

export async function upgrade(deps: EncodeDeps, message: { videoId: string; revision: string }, context: TaskContext): Promise<void> {
  const { videoId, revision } = message
  const video = (await readVideo(deps.documents, videoId))?.value
  if (!isLive(video, revision) || video.state !== 'ready') return
  let plan = await readPlan(deps.documents, videoId, revision)
  if (!plan?.video) return
  if (tierOf(plan).length === 0) {
    if (!(await isWanted(deps, video, plan))) return
    await decide(deps, plan, context.signal)
    plan = await readPlan(deps.documents, videoId, revision)
    if (!plan) return
  }
  // Written before any chunk: a manifest that lists the tier finds its init segments there, whoever dies in between.
  await storeInits(deps, plan)
  const { slots } = await readSlots(deps.documents, plan)
  for (const chunk of tierChunks(plan, slots)) await deps.queue.enqueue(taskOf(chunk))
}

async function isWanted(deps: EncodeDeps, video: Video, plan: Plan): Promise<boolean> {
  const { policy, prices } = deps.limits.upgrade
  if (policy !== 'popular') return policy === 'always'
  const [plays, manifest] = await Promise.all([
    readPlays(deps.documents, video.id),
    readManifestVersion(deps.documents, video.id, plan.revision, video.manifestVersion ?? 1),
  ])
  return isWorthUpgrading(plan, plays, manifest?.rates, prices)
}

/** The first to store it wins. The due entry comes first: from here on it will be completed. */
async function decide(deps: EncodeDeps, plan: Plan, signal: AbortSignal): Promise<void> {
  const { videoId, revision } = plan
  const renditions = draftAv1(await tunedPlan(deps, plan))
  const made = await deps.media.makeInits({ ...plan, video: { ...plan.video!, renditions }, audio: [] }, { signal })
  const tier: Tier = {
    codec: 'av1',
    createdAt: deps.clock(),
    renditions: renditions.map((one) => {
      const { codecs, parameterSetsSha256 } = made.get(one.id)!
      return { ...one, codecs, parameterSetsSha256 }
    }),
    inits: Object.fromEntries([...made].map(([id, { bytes }]) => [id, bytes.toString('base64')])),
  }
  await writeDue(deps.documents, { kind: 'video', id: videoId, atMinute: minuteOf(deps.clock()) + lookMinutes })
  try {
    await createTier(deps.documents, videoId, revision, tier)
    deps.log.info({ videoId, revision, renditions: renditions.map(({ id }) => id) }, 'a tier was planned')
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error
  }
}

async function storeInits(deps: EncodeDeps, { videoId, revision }: Plan): Promise<void> {
  const tier = await readTier(deps.documents, videoId, revision, 'av1')
  for (const [id, base64] of Object.entries(tier?.inits ?? {})) {
    const key = initKey(videoId, revision, id)
    if (await deps.objects.head('encoded', key)) continue
    await deps.objects.put('encoded', key, Buffer.from(base64, 'base64'), { mediaType: 'video/mp4' })
  }
}
