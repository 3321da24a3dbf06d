/** Playback signing keys: documents that say when a key starts to sign. Never changed, only added and removed. */
import type { Documents, Version } from '../ports/documents.ts'

/** What a key may do now follows from when it and its successor start to sign; see stream/sign/keys.ts. */
export type SigningKey = {
  /** `[a-z0-9]{1,8}`: k1, k2, … in base 36. */
  kid: string
  /** 32 random bytes, base64url. */
  secret: string
  createdAt: number
  /** Milliseconds since the epoch; later than it was published, so that every edge knows the key before it signs. */
  signsFrom: number
}

const partition = 'playback'

export async function readSigningKeys(documents: Documents): Promise<(SigningKey & { version: Version })[]> {
  const page = await documents.range<SigningKey>('signingKey', partition, { limit: 1000 })
  return page.items.map((item) => ({ ...item.value, version: item.version }))
}

/** VersionConflict when another process made the key of that id first: read theirs. */
export async function createSigningKey(documents: Documents, key: SigningKey): Promise<void> {
  await documents.put('signingKey', partition, key.kid, key, { ifVersion: 'absent' })
}

/** VersionConflict when it is gone already. */
export async function removeSigningKey(documents: Documents, kid: string, version: Version): Promise<void> {
  await documents.delete('signingKey', partition, kid, { ifVersion: version })
}
