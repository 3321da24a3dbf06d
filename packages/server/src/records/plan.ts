/** The plan and the manifest versions of an encode revision: written once, read by everyone. */
import type { Plan, Tier } from '../domain/plan.ts'
import { withTier } from '../domain/tier.ts'
import type { Tuning } from '../domain/quality.ts'
import type { ManifestVersion } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'

const partition = (videoId: string, revision: string) => `${videoId}/${revision}`
const tuningKey = 'tuning'
const tierPrefix = 'tier-'
const tierKey = (codec: Tier['codec']): string => `${tierPrefix}${codec}`
const versionKey = (version: number) => String(version).padStart(6, '0')

/** With the tiers that joined it since. */
export async function readPlan(documents: Documents, videoId: string, revision: string): Promise<Plan | undefined> {
  const { items } = await documents.range<Plan | Tier>('plan', partition(videoId, revision))
  const plan = items.find(({ sk }) => sk === '')?.value as Plan | undefined
  const tiers = items.filter(({ sk }) => sk.startsWith(tierPrefix)).map(({ value }) => value as Tier)
  return plan && tiers.reduce(withTier, plan)
}

/** The tier as it was decided, with its init segments; undefined before. */
export async function readTier(documents: Documents, videoId: string, revision: string, codec: Tier['codec']): Promise<Tier | undefined> {
  return (await documents.get<Tier>('plan', partition(videoId, revision), tierKey(codec)))?.value
}

/** VersionConflict when another worker decided first: read theirs. */
export async function createTier(documents: Documents, videoId: string, revision: string, tier: Tier): Promise<void> {
  await documents.put('plan', partition(videoId, revision), tierKey(tier.codec), tier, { ifVersion: 'absent' })
}

/** VersionConflict when the revision has a plan already. */
export async function createPlan(documents: Documents, plan: Plan): Promise<void> {
  await documents.put('plan', partition(plan.videoId, plan.revision), '', plan, { ifVersion: 'absent' })
}

export async function readManifestVersion(documents: Documents, videoId: string, revision: string, version: number): Promise<ManifestVersion | undefined> {
  return (await documents.get<ManifestVersion>('manifest', partition(videoId, revision), versionKey(version)))?.value
}

/** VersionConflict when another worker published this version first: read theirs. */
export async function createManifestVersion(documents: Documents, videoId: string, revision: string, manifest: ManifestVersion): Promise<void> {
  await documents.put('manifest', partition(videoId, revision), versionKey(manifest.version), manifest, { ifVersion: 'absent' })
}

/** What sampling the video found; undefined before. */
export async function readTuning(documents: Documents, videoId: string, revision: string): Promise<Tuning | undefined> {
  return (await documents.get<Tuning>('plan', partition(videoId, revision), tuningKey))?.value
}

/** VersionConflict when another worker sampled it first. */
export async function createTuning(documents: Documents, videoId: string, revision: string, tuning: Tuning): Promise<void> {
  await documents.put('plan', partition(videoId, revision), tuningKey, tuning, { ifVersion: 'absent' })
}

/** Removes every document of a revision: one that never became a video's, or whose video is long gone. Repeatable. */
export async function removeRevision(documents: Documents, videoId: string, revision: string): Promise<void> {
  const pk = partition(videoId, revision)
  for (const table of ['chunk', 'demand', 'manifest', 'plan'] as const) {
    let cursor: string | undefined
    do {
      const page = await documents.range(table, pk, { cursor })
      for (const { sk } of page.items) await documents.delete(table, pk, sk)
      cursor = page.cursor
    } while (cursor !== undefined)
  }
}
