/** Publishes the next manifest version when complete renditions may join it. */
import { VersionConflict } from '../base/errors.ts'
import type { Plan } from '../domain/plan.ts'
import { createManifestVersion, readManifestVersion } from '../records/plan.ts'
import type { EncodeDeps } from './deps.ts'
import { renditionIds } from './listing.ts'

/**
 * The highest version that lists what `present` lists and all of `complete`: made if there is none yet.
 * A rival's version of the same number is taken over as it is, and another added if it lists less.
 * Versions are stored once, so repeating this after a crash finds what was made before.
 */
export async function publishManifest(
  deps: Pick<EncodeDeps, 'documents' | 'clock'>,
  plan: Plan,
  present: number,
  complete: string[],
): Promise<number> {
  const { videoId, revision } = plan
  let version = present
  let listed = new Set((await readManifestVersion(deps.documents, videoId, revision, version))?.renditionIds ?? [])
  while (complete.some((id) => !listed.has(id))) {
    const next = version + 1
    const ids = renditionIds(plan).filter((id) => listed.has(id) || complete.includes(id))
    try {
      await createManifestVersion(deps.documents, videoId, revision, { version: next, createdAt: deps.clock(), renditionIds: ids })
      listed = new Set(ids)
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error
      const rival = await readManifestVersion(deps.documents, videoId, revision, next)
      listed = new Set(rival?.renditionIds ?? [])
    }
    version = next
  }
  return version
}
