/** Makes an account: the handle first, then the account, each step repeatable, none lost to a crash for good. */
import type { Credentials } from '@sluice/contract'
import { VersionConflict } from '../base/errors.ts'
import { newId } from '../domain/keys.ts'
import { ProblemError } from '../http/problem.ts'
import {
  administratorClaim,
  createAccount,
  handleClaim,
  readAccount,
  readClaim,
  removeAccount,
  removeClaim,
  type Account,
  type Claim,
} from '../records/account.ts'
import { seedOf } from '../records/idempotency.ts'
import type { Stored } from '../ports/documents.ts'
import { claim, confirm, isAbandoned } from './claim.ts'
import type { AccountsDeps } from './deps.ts'

/**
 * The new account, or with a repeated `idempotencyKey` the one that it made before.
 * Problems: `signup_closed`, `handle_taken`, `idempotency_conflict`.
 */
export async function signUp(deps: AccountsDeps, { handle, password }: Credentials, idempotencyKey?: string): Promise<Account> {
  const { documents } = deps
  const mint = () => ({ accountId: newId() })
  const seed = idempotencyKey === undefined ? mint() : await seedOf(documents, 'sign-up', idempotencyKey, { handle }, mint)
  if (!seed) throw new ProblemError('idempotency_conflict')

  const made = await readAccount(documents, seed.accountId)
  if (made) return repeated(deps, made, handle, password)

  if (!deps.limits.signUpOpen && !(await mayBeFirst(deps))) throw new ProblemError('signup_closed')
  const taken = await readClaim(documents, handleClaim(handle))
  if (taken && taken.value.accountId !== seed.accountId && !(await isAbandoned(deps, taken.value))) throw new ProblemError('handle_taken')

  const passwordHash = await deps.passwords.hash(password)
  const mine = await claim(deps, handleClaim(handle), seed.accountId)
  if (!mine) throw new ProblemError('handle_taken')
  const administrator = await claim(deps, administratorClaim, seed.accountId)
  if (!administrator && !deps.limits.signUpOpen) {
    await removeClaim(documents, handleClaim(handle), mine)
    throw new ProblemError('signup_closed')
  }
  const account: Account = { id: seed.accountId, handle, isAdmin: administrator !== undefined, createdAt: deps.clock(), passwordHash }
  try {
    await createAccount(documents, account)
  } catch (error) {
    // The same request, sent twice at once: the other one wrote it.
    const other = error instanceof VersionConflict ? await readAccount(documents, account.id) : undefined
    if (!other) throw error
    return repeated(deps, other, handle, password)
  }
  await confirmClaims(deps, account, mine, administrator)
  return account
}

/** Undoes the account when a claim was lost: it was so slow that it counted as a crash's, and nobody has it yet. */
async function confirmClaims(deps: AccountsDeps, account: Account, mine: Stored<Claim>, administrator: Stored<Claim> | undefined): Promise<void> {
  const keptHandle = await confirm(deps, handleClaim(account.handle), mine)
  if (keptHandle && (!administrator || (await confirm(deps, administratorClaim, administrator)))) return
  await removeAccount(deps.documents, account.id)
  if (keptHandle) await removeClaim(deps.documents, handleClaim(account.handle), keptHandle)
  throw new ProblemError('unavailable', { detail: 'Signing up took too long', retryAfterSeconds: 1 })
}

/** The answer to a repeated request; the password proves that it is the same one (no hash of it is kept elsewhere). */
async function repeated(deps: AccountsDeps, made: Account, handle: string, password: string): Promise<Account> {
  const isSame = made.handle.toLowerCase() === handle.toLowerCase() && (await deps.passwords.verify(made.passwordHash, password))
  if (!isSame) throw new ProblemError('idempotency_conflict')
  return made
}

async function mayBeFirst(deps: AccountsDeps): Promise<boolean> {
  const administrator = await readClaim(deps.documents, administratorClaim)
  return !administrator || isAbandoned(deps, administrator.value)
}
