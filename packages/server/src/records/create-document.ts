/** Stores a document where none is: of those who come at once, one. */
import { VersionConflict } from '../base/errors.ts'
import type { Documents, Version } from '../ports/documents.ts'
import type { DocumentPlace } from './change-document.ts'

/** Its version, or undefined where there is one already, which stays as it is. */
export async function createDocument(
  documents: Documents,
  { table, pk, sk }: DocumentPlace,
  value: unknown,
  { ttlSeconds }: { ttlSeconds?: number } = {},
): Promise<Version | undefined> {
  try {
    return await documents.put(table, pk, sk, value, { ifVersion: 'absent', ttlSeconds })
  } catch (error) {
    if (error instanceof VersionConflict) return undefined
    throw error
  }
}
