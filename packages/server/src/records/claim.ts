/** Claims: who is at a piece of work, so that nobody else begins it too. They save work and prove nothing (DESIGN §2.3). */
import type { Documents, Version } from '../ports/documents.ts'
import { createDocument } from './create-document.ts'

/** The claim's version, or undefined while another one holds it. Forgotten by itself after `ttlSeconds`. */
export function createClaim(documents: Documents, videoId: string, work: string, ttlSeconds: number): Promise<Version | undefined> {
  return createDocument(documents, { table: 'claim', pk: videoId, sk: work }, {}, { ttlSeconds })
}

/** For another `ttlSeconds`. VersionConflict when it ran out meanwhile. */
export function renewClaim(documents: Documents, videoId: string, work: string, version: Version, ttlSeconds: number): Promise<Version> {
  return documents.put('claim', videoId, work, {}, { ifVersion: version, ttlSeconds })
}

/** VersionConflict when it ran out and is another one's now. */
export async function removeClaim(documents: Documents, videoId: string, work: string, version: Version): Promise<void> {
  await documents.delete('claim', videoId, work, { ifVersion: version })
}

/** Work that is claimed just now, anywhere: at most `limit` claims. */
export async function readClaims(documents: Documents, limit: number): Promise<{ videoId: string; work: string }[]> {
  const { items } = await documents.scan('claim', { limit })
  return items.map(({ pk, sk }) => ({ videoId: pk, work: sk }))
}
