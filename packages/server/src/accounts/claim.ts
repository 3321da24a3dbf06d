/** Claims a handle or the administrator's place for an account that is about to be written. */
import { readAccount, readClaim, writeClaim, type Claim, type Claimable } from '../records/account.ts'
import type { Stored } from '../ports/documents.ts'
import type { AccountsDeps } from './deps.ts'

/** A sign-up is over in seconds: a claim without an account is a crash's after this. */
const abandonedAfterMs = 60_000

type Deps = Pick<AccountsDeps, 'documents' | 'clock'>

/** The claim as stored, when it is this account's now; undefined when it is another's. */
export async function claim({ documents, clock }: Deps, what: Claimable, accountId: string): Promise<Stored<Claim> | undefined> {
  const present = await readClaim(documents, what)
  if (present?.value.accountId === accountId) return present
  if (present && !(await isAbandoned({ documents, clock }, present.value))) return undefined
  return writeClaim(documents, what, { accountId, claimedAt: clock(), confirmed: false }, present)
}

/** True for a claim whose account was never written, old enough that it never will be. */
export async function isAbandoned({ documents, clock }: Deps, present: Claim): Promise<boolean> {
  if (present.confirmed || clock() - present.claimedAt < abandonedAfterMs) return false
  return (await readAccount(documents, present.accountId)) === undefined
}

/** Makes the claim final once the account is written. Undefined when it was taken over as abandoned meanwhile. */
export async function confirm({ documents }: Pick<Deps, 'documents'>, what: Claimable, mine: Stored<Claim>): Promise<Stored<Claim> | undefined> {
  return mine.value.confirmed ? mine : writeClaim(documents, what, { ...mine.value, confirmed: true }, mine)
}
