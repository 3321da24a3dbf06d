/** Claims: who is at a piece of work, so that nobody else begins it too. They save work and prove nothing (DESIGN §2.3). */
import { VersionConflict } from '../base/errors.ts'
import type { Documents, Version } from '../ports/documents.ts'

/** The claim's version, or undefined while another one holds it. Forgotten by itself after `ttlSeconds`. */
export async function createClaim(documents: Documents, videoId: string, work: string, ttlSeconds: number): Promise<Version | undefined> {
  try {
    return await documents.put('claim', videoId, work, {}, { ifVersion: 'absent', ttlSeconds })
  } catch (error) {
    if (error instanceof VersionConflict) return undefined
    throw error
  }
}

/** For another `ttlSeconds`. VersionConflict when it ran out meanwhile. */
export function renewClaim(documents: Documents, videoId: string, work: string, version: Version, ttlSeconds: number): Promise<Version> {
  return documents.put('claim', videoId, work, {}, { ifVersion: version, ttlSeconds })
}

/** VersionConflict when it ran out and is another one's now. */
export async function removeClaim(documents: Documents, videoId: string, work: string, version: Version): Promise<void> {
  await documents.delete('claim', videoId, work, { ifVersion: version })
}
