/** What `sluice admin keys` does: the signing keys with their states, never their secrets. */
import { systemClock } from '../../base/time.ts'
import { readSigningKeys } from '../../records/signing-key.ts'
import { keyState, publishedAheadMs, rotateKeys, type KeyState } from '../../stream/sign/rotate-keys.ts'
import { longestTokenSeconds } from '../../stream/sign/session.ts'
import type { AdminPorts } from './open.ts'

export type ListedKey = { kid: string; state: KeyState; createdAt: number; signsFrom: number }

/** In the order in which they sign. */
export async function listKeys({ documents }: AdminPorts): Promise<ListedKey[]> {
  const [keys, now] = [await readSigningKeys(documents), systemClock()]
  return keys
    .map((key) => ({ kid: key.kid, state: keyState(key, keys, now), createdAt: key.createdAt, signsFrom: key.signsFrom }))
    .sort((a, b) => a.signsFrom - b.signsFrom)
}

/** A new key, which signs minutes later, when every edge has read it. While one waits for its time no other is made. */
export async function rotateNow(ports: AdminPorts): Promise<ListedKey[]> {
  const longestTokenMs = longestTokenSeconds(ports.settings.SLUICE_MAX_DURATION_HOURS * 3600) * 1000
  await rotateKeys(ports.documents, systemClock, { longestTokenMs, force: true })
  return listKeys(ports)
}

export const signsAfterMinutes = publishedAheadMs / 60_000
