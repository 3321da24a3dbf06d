/** Plans and manifest versions in memory: documents that never change, but for tiers that join a plan. */
import { SingleFlight } from '../../base/once.ts'
import { gridOf } from '../../domain/grid.ts'
import type { Plan } from '../../domain/plan.ts'
import type { ManifestVersion } from '../../domain/video.ts'
import type { Documents } from '../../ports/documents.ts'
import { readManifestVersion, readPlan } from '../../records/plan.ts'

export type RevisionFacts = {
  /** `renditionIds`: what the plan should have. */
  plan(videoId: string, revision: string, renditionIds?: string[]): Promise<Plan | undefined>
  manifest(videoId: string, revision: string, version: number): Promise<ManifestVersion | undefined>
}

const rereadMs = 1000

/** Absent ones are not remembered: they may be written any moment. */
export function openRevisionFacts(documents: Documents, capacity = 2000): RevisionFacts {
  const plans = remember<Plan>(capacity)
  const manifests = remember<ManifestVersion>(capacity)
  const readAt = new WeakMap<Plan, number>()
  const read = async (videoId: string, revision: string): Promise<Plan | undefined> => {
    const plan = await readPlan(documents, videoId, revision)
    if (plan) readAt.set(plan, performance.now())
    return plan
  }
  return {
    async plan(videoId, revision, renditionIds = []) {
      const key = `${videoId}/${revision}`
      const known = await plans(key, () => read(videoId, revision))
      // A tier may have joined since. Asked for what does not exist, nobody makes us read more than once a second.
      if (!known || renditionIds.every((id) => gridOf(known, id)) || performance.now() - readAt.get(known)! < rereadMs) return known
      plans.forget(key)
      return plans(key, () => read(videoId, revision))
    },
    manifest: (videoId, revision, version) =>
      manifests(`${videoId}/${revision}/${version}`, () => readManifestVersion(documents, videoId, revision, version)),
  }
}

type Remembering<T> = { (key: string, read: () => Promise<T | undefined>): Promise<T | undefined>; forget(key: string): void }

function remember<T>(capacity: number): Remembering<T> {
  const known = new Map<string, T>()
  const flight = new SingleFlight<T | undefined>()
  const lookUp = async (key: string, read: () => Promise<T | undefined>): Promise<T | undefined> => {
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
  return Object.assign(lookUp, { forget: (key: string) => void known.delete(key) })
}
