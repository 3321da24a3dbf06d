/** Sessions: a token for an account, the account of a token, the end of a token. */
import { createHash } from 'node:crypto'
import type { Authenticate, KnownAccount } from '../http/auth.ts'
import { readAccount, type Account } from '../records/account.ts'
import { createSession, newToken, readSession, removeSession } from '../records/session.ts'
import type { AccountsDeps } from './deps.ts'

type Deps = Pick<AccountsDeps, 'documents' | 'cache' | 'clock' | 'limits'>

/** How long another process may believe a token that was signed out. */
const believedSeconds = 10
const cacheKey = (token: string): string => `session:${createHash('sha256').update(token).digest('hex')}`

/** A new token of the account. */
export async function beginSession({ documents, clock, limits }: Deps, account: Account): Promise<string> {
  const token = newToken()
  const now = clock()
  await createSession(documents, token, { accountId: account.id, createdAt: now, expiresAt: now + limits.sessionSeconds * 1000 })
  return token
}

/** Looks tokens up for http/auth.ts; good ones are cached for seconds. */
export function authenticator({ documents, cache, clock }: Deps): Authenticate {
  return async (token) => {
    const key = cacheKey(token)
    const cached = await cache.get<KnownAccount>(key)
    if (cached) return cached
    const session = await readSession(documents, token)
    if (!session || session.expiresAt <= clock()) return undefined
    const account = await readAccount(documents, session.accountId)
    if (!account) return undefined
    const found: KnownAccount = { id: account.id, handle: account.handle, isAdmin: account.isAdmin }
    await cache.set(key, found, believedSeconds)
    return found
  }
}

export async function endSession({ documents, cache }: Deps, token: string): Promise<void> {
  await removeSession(documents, token)
  await cache.invalidate([cacheKey(token)])
}
