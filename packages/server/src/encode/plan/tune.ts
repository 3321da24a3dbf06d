/** Chooses each rendition's CRF by a few sample encodes, once a video, before its bulk is made. */
import { VersionConflict } from '../../base/errors.ts'
import type { Plan } from '../../domain/plan.ts'
import { sampledRenditions, tuningOf, type Tuning } from '../../domain/quality.ts'
import { MediaRunError } from '../../media/run.ts'
import { createTuning, readTuning } from '../../records/plan.ts'
import { bulkNice, type EncodeDeps } from '../deps.ts'
import { sourceUrl } from './source-url.ts'

/**
 * Rivals may sample at once; the first to store wins. Segments made before have the plan's own CRF and fit all the same:
 * `stitchable` keeps it out of the parameter sets. A source that can't be sampled keeps the plan's. True when this call stored
 * it. Throws DriverUnavailable.
 */
export async function tune(deps: EncodeDeps, plan: Plan, signal: AbortSignal): Promise<boolean> {
  const { videoId, revision } = plan
  if (!plan.video || (await readTuning(deps.documents, videoId, revision))) return false
  const tuning = await sample(deps, plan, signal)
  try {
    await createTuning(deps.documents, videoId, revision, tuning)
    deps.log.info({ videoId, revision, ...tuning }, 'tuned')
    return true
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error
    return false
  }
}

async function sample(deps: EncodeDeps, plan: Plan, signal: AbortSignal): Promise<Tuning> {
  const renditions = plan.video!.renditions.filter(({ codec, settings }) => codec === 'h264' && !settings.encoder)
  if (renditions.length === 0) return { crf: {} }
  const url = await sourceUrl(deps, plan.source.key)
  try {
    return tuningOf(renditions, await deps.media.sampleQuality({ plan, url, renditions: sampledRenditions(renditions), nice: bulkNice, signal }))
  } catch (error) {
    if (signal.aborted || !(error instanceof MediaRunError) || error.reason === 'spawn') throw error
    deps.log.warn({ err: error, videoId: plan.videoId }, 'could not be sampled')
    return { crf: {} }
  }
}

/** The plan with the CRFs that were chosen since. */
export async function tunedPlan(deps: Pick<EncodeDeps, 'documents'>, plan: Plan): Promise<Plan> {
  const tuning = plan.video && (await readTuning(deps.documents, plan.videoId, plan.revision))
  if (!plan.video || !tuning) return plan
  const renditions = plan.video.renditions.map((one) => ({ ...one, settings: { ...one.settings, crf: tuning.crf[one.id] ?? one.settings.crf } }))
  return { ...plan, video: { ...plan.video, renditions } }
}
