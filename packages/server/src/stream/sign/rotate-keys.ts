/** Adds the next signing key when it is time, and removes those whose last token has expired. Any number of processes may. */
import { randomBytes } from 'node:crypto'
import { VersionConflict } from '../../base/errors.ts'
import type { Clock } from '../../base/time.ts'
import type { Documents } from '../../ports/documents.ts'
import { createSigningKey, readSigningKeys, removeSigningKey, type SigningKey } from '../../records/signing-key.ts'

/** Published this long before it signs: edges reload every minute and may miss a few times. */
export const publishedAheadMs = 5 * 60_000
const rotateEveryMs = 30 * 24 * 3_600_000
/** A signer may run on keys that it read this long ago, with a clock that is this much behind. */
const lateSignerMs = 10 * 60_000

/** Published but not signing, signing, or only verified until its last token expires. */
export type KeyState = 'next' | 'active' | 'retiring'

const numberOf = (kid: string): number => parseInt(kid.slice(1), 36)
const byStart = (a: SigningKey, b: SigningKey): number => a.signsFrom - b.signsFrom || numberOf(a.kid) - numberOf(b.kid)

/** The key that signs: the latest that may. Undefined when there is none. */
export function activeKey<Key extends SigningKey>(keys: Key[], now: number): Key | undefined {
  return [...keys].sort(byStart).findLast((key) => key.signsFrom <= now)
}

export function keyState(key: SigningKey, keys: SigningKey[], now: number): KeyState {
  if (key.signsFrom > now) return 'next'
  return activeKey(keys, now)?.kid === key.kid ? 'active' : 'retiring'
}

export type RotateOptions = {
  /** How long a token can live at most: what a retired key is kept for. */
  longestTokenMs: number
  /** A new key now, whatever the schedule says (an administrator's wish). */
  force?: boolean
}

/**
 * Answers all keys afterwards. The very first key signs at once: nobody can hold keys without it. The next number is
 * put only if absent, so of several processes that rotate at once one wins and the others read its key.
 */
export async function rotateKeys(documents: Documents, clock: Clock, options: RotateOptions): Promise<SigningKey[]> {
  const keys = await readSigningKeys(documents)
  const now = clock()
  const latest = [...keys].sort(byStart).at(-1)
  const due = latest !== undefined && latest.signsFrom <= now && (options.force === true || now - latest.signsFrom >= rotateEveryMs)
  if (!latest || due) {
    const number = 1 + Math.max(0, ...keys.map((key) => numberOf(key.kid)))
    const key: SigningKey = {
      kid: `k${number.toString(36)}`,
      secret: newSecret(),
      createdAt: now,
      signsFrom: latest ? now + publishedAheadMs : now,
    }
    await ignoringConflict(() => createSigningKey(documents, key))
  }
  for (const key of keys) {
    const successor = keys.filter((other) => byStart(key, other) < 0).sort(byStart)[0]
    if (successor && now > successor.signsFrom + options.longestTokenMs + lateSignerMs) {
      await ignoringConflict(() => removeSigningKey(documents, key.kid, key.version))
    }
  }
  return readSigningKeys(documents)
}

/** Without a zero byte, at which a text ends in Varnish: 255 of 256 values for each byte are as good as all. */
function newSecret(): string {
  for (;;) {
    const secret = randomBytes(32)
    if (!secret.includes(0)) return secret.toString('base64url')
  }
}

async function ignoringConflict(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error
  }
}
