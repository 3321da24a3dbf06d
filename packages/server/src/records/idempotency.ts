/** Idempotency keys: a repeated request gets the ids of the first one, so that everything it makes is the same. */
import { createHash } from 'node:crypto'
import type { Documents } from '../ports/documents.ts'
import { createDocument } from './create-document.ts'

/** `seed` is what the first request minted; the work is done by those ids and can be repeated. */
type Remembered<Seed> = { requestSha256: string; seed: Seed }

const rememberedSeconds = 24 * 3600

/**
 * The seed of the first request with that key in `scope` (an account's id, or a word for requests without one),
 * kept for a day; undefined when the key was used for another request. `request` must hold no secret.
 */
export async function seedOf<Seed>(documents: Documents, scope: string, key: string, request: unknown, mint: () => Seed): Promise<Seed | undefined> {
  const requestSha256 = createHash('sha256').update(JSON.stringify(request)).digest('hex')
  const pk = `${scope}/${createHash('sha256').update(key).digest('hex')}`
  const mine: Remembered<Seed> = { requestSha256, seed: mint() }
  if ((await createDocument(documents, { table: 'idempotency', pk, sk: '' }, mine, { ttlSeconds: rememberedSeconds })) !== undefined) return mine.seed
  const first = (await documents.get<Remembered<Seed>>('idempotency', pk))?.value
  // Expired in between: as good as never used.
  if (!first) return mine.seed
  return first.requestSha256 === requestSha256 ? first.seed : undefined
}
