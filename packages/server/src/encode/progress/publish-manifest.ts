/** Publishes the next manifest version when complete renditions may join it, or their measured rates. */
import { VersionConflict } from '../../base/errors.ts'
import { traced } from '../../base/tracer.ts'
import { measureRate } from '../../domain/bit-rates.ts'
import type { Caption } from '../../domain/extras.ts'
import type { Plan } from '../../domain/plan.ts'
import type { ManifestVersion, MeasuredRate } from '../../domain/video.ts'
import { createManifestVersion, readManifestVersion } from '../../records/plan.ts'
import type { EncodeDeps } from '../deps.ts'
import { listable, renditionIds, type Slots } from './listing.ts'

/**
 * The highest version that lists what `present` lists and all that is complete, with the rates of the latter: made if
 * there is none yet. A rival's version of the same number is taken over as it is, and another added if it lacks
 * something. `captions` are those to list, `endsAtSeconds` is where to end; when absent, they stay as they are. Versions are stored once, so repeating this after a crash finds what was made before.
 */
export async function publishManifest(
  deps: Pick<EncodeDeps, 'documents' | 'clock' | 'tracer'>,
  plan: Plan,
  present: number,
  slots: Slots,
  { captions, endsAtSeconds }: Pick<ManifestVersion, 'captions' | 'endsAtSeconds'> = {},
): Promise<number> {
  const { videoId, revision } = plan
  const complete = listable(plan, slots)
  let version = present
  let latest = await readManifestVersion(deps.documents, videoId, revision, version)
  const lacksCaptions = () => captions !== undefined && !sameCaptions(latest?.captions, captions)
  const lacksEnd = () => endsAtSeconds !== undefined && latest?.endsAtSeconds !== endsAtSeconds
  while (lacksEnd() || lacksCaptions() || complete.some((id) => !latest?.renditionIds.includes(id) || !latest.rates?.[id])) {
    const next: ManifestVersion = {
      version: version + 1,
      createdAt: deps.clock(),
      renditionIds: renditionIds(plan).filter((id) => latest?.renditionIds.includes(id) || complete.includes(id)),
      rates: { ...latest?.rates, ...ratesOf(plan, slots, complete) },
      captions: captions ?? latest?.captions,
      endsAtSeconds: endsAtSeconds ?? latest?.endsAtSeconds,
    }
    try {
      await storeManifestVersion(deps, plan, next, complete)
      latest = next
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error
      latest = await readManifestVersion(deps.documents, videoId, revision, next.version)
    }
    version = next.version
  }
  return version
}

/** Stores it, as a span of the video's trace. VersionConflict as createManifestVersion. `added`: the renditions that it is for. */
export function storeManifestVersion(deps: Pick<EncodeDeps, 'documents' | 'tracer'>, { videoId, revision }: Plan, manifest: ManifestVersion, added: string[]): Promise<void> {
  return traced(deps.tracer, 'publish manifest', videoId, { revision, version: manifest.version, renditions: added }, () => createManifestVersion(deps.documents, videoId, revision, manifest))
}

/** Slots are set once: of a complete rendition it is the same whenever it is counted. */
const ratesOf = (plan: Plan, slots: Slots, complete: string[]): Record<string, MeasuredRate> =>
  Object.fromEntries(complete.map((id) => [id, measureRate(plan, id, slots.get(id)!.map((slot) => slot!.length))!]))

/** Whether a version lists these captions: texts never change under their attempt, labels do. */
export const sameCaptions = (listed: Caption[] | undefined, captions: Caption[]): boolean =>
  JSON.stringify((listed ?? []).map(nameOf)) === JSON.stringify(captions.map(nameOf))
const nameOf = ({ attempt, language, label }: Caption) => [attempt, language, label]
