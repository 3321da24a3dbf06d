/** Sessions: who a token belongs to. The store holds only the token's sha256, so a leaked store opens nothing. */
import { createHash, randomBytes } from 'node:crypto'
import type { Documents } from '../ports/documents.ts'

export type Session = { accountId: string; createdAt: number; expiresAt: number }

/** 256 random bits, base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')

const keyOf = (token: string): string => createHash('sha256').update(token).digest('hex')

export async function createSession(documents: Documents, token: string, session: Session): Promise<void> {
  const ttlSeconds = Math.max(1, Math.ceil((session.expiresAt - session.createdAt) / 1000))
  await documents.put('session', keyOf(token), '', session, { ttlSeconds })
}

/** Looked up by the hash, so that no comparison of secrets takes time that tells. */
export async function readSession(documents: Documents, token: string): Promise<Session | undefined> {
  return (await documents.get<Session>('session', keyOf(token)))?.value
}

/** An unknown token is no error. */
export async function removeSession(documents: Documents, token: string): Promise<void> {
  await documents.delete('session', keyOf(token), '')
}
