/** Plans and manifest versions in memory: documents that never change, so nothing has to be looked at again. */
import { SingleFlight } from '../base/once.ts'
import type { Plan } from '../domain/plan.ts'
import type { ManifestVersion } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import { readManifestVersion, readPlan } from '../records/plan.ts'

export type RevisionFacts = {
  plan(videoId: string, revision: string): Promise<Plan | undefined>
  manifest(videoId: string, revision: string, version: number): Promise<ManifestVersion | undefined>
}

/** Absent ones are not remembered: they may be written any moment. */
export function openRevisionFacts(documents: Documents, capacity = 2000): RevisionFacts {
  const plans = remember<Plan>(capacity)
  const manifests = remember<ManifestVersion>(capacity)
  return {
    plan: (videoId, revision) => plans(`${videoId}/${revision}`, () => readPlan(documents, videoId, revision)),
    manifest: (videoId, revision, version) =>
      manifests(`${videoId}/${revision}/${version}`, () => readManifestVersion(documents, videoId, revision, version)),
  }
}

function remember<T>(capacity: number): (key: string, read: () => Promise<T | undefined>) => Promise<T | undefined> {
  const known = new Map<string, T>()
  const flight = new SingleFlight<T | undefined>()
  return async (key, read) => {
    const found = known.get(key)
    if (found !== undefined) {
      known.delete(key)
      known.set(key, found)
      return found
    }
    return flight.run(key, async () => {
      const value = await read()
      if (value !== undefined) {
        if (known.size >= capacity) known.delete(known.keys().next().value!)
        known.set(key, value)
      }
      return value
    })
  }
}
