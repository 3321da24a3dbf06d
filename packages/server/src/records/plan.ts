/** The plan and the manifest versions of an encode revision: written once, read by everyone. */
import type { Plan } from '../domain/plan.ts'
import type { Tuning } from '../domain/quality.ts'
import type { ManifestVersion } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'

const partition = (videoId: string, revision: string) => `${videoId}/${revision}`
const tuningKey = 'tuning'
const versionKey = (version: number) => String(version).padStart(6, '0')

export async function readPlan(documents: Documents, videoId: string, revision: string): Promise<Plan | undefined> {
  return (await documents.get<Plan>('plan', partition(videoId, revision)))?.value
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
