/** Accounts, the handles that name them, and the installation's administrator. */
import { VersionConflict } from '../base/errors.ts'
import type { Documents, Stored } from '../ports/documents.ts'

export type Account = {
  id: string
  handle: string
  isAdmin: boolean
  createdAt: number
  /** PHC string, argon2id. */
  passwordHash: string
}

/**
 * What a handle points at, or who the administrator is. Confirmed after the account was written: an unconfirmed claim
 * without an account is what a crash left behind, and may be taken over after a while.
 */
export type Claim = { accountId: string; claimedAt: number; confirmed: boolean }

const administratorFact = 'administrator'
const handleKey = (handle: string): string => handle.toLowerCase()

export async function readAccount(documents: Documents, id: string): Promise<Account | undefined> {
  return (await documents.get<Account>('account', id))?.value
}

/** VersionConflict when the id is taken. */
export async function createAccount(documents: Documents, account: Account): Promise<void> {
  await documents.put('account', account.id, '', account, { ifVersion: 'absent' })
}

/** Undoes createAccount: the account lost its handle before anybody could use it. */
export async function removeAccount(documents: Documents, id: string): Promise<void> {
  const stored = await documents.get<Account>('account', id)
  if (stored) await documents.delete('account', id, '', { ifVersion: stored.version })
}

/** Something that one account alone may have. */
export type Claimable = { table: 'handle' | 'installation'; pk: string }

/** Handles are compared without case. */
export const handleClaim = (handle: string): Claimable => ({ table: 'handle', pk: handleKey(handle) })
export const administratorClaim: Claimable = { table: 'installation', pk: administratorFact }

export function readClaim(documents: Documents, { table, pk }: Claimable): Promise<Stored<Claim> | undefined> {
  return documents.get<Claim>(table, pk)
}

/** Writes a claim over the one that was read, or where none was. Undefined when another was faster. */
export async function writeClaim(
  documents: Documents,
  { table, pk }: Claimable,
  claim: Claim,
  over?: Stored<Claim>,
): Promise<Stored<Claim> | undefined> {
  try {
    const version = await documents.put(table, pk, '', claim, { ifVersion: over?.version ?? 'absent' })
    return { sk: '', value: claim, version }
  } catch (error) {
    if (error instanceof VersionConflict) return undefined
    throw error
  }
}

/** Gives a claim back. Another's later claim stays. */
export async function removeClaim(documents: Documents, { table, pk }: Claimable, claim: Stored<Claim>): Promise<void> {
  try {
    await documents.delete(table, pk, '', { ifVersion: claim.version })
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error
  }
}

/** The account that a handle belongs to, or undefined. */
export async function readAccountByHandle(documents: Documents, handle: string): Promise<Account | undefined> {
  const claim = await readClaim(documents, handleClaim(handle))
  return claim && (await readAccount(documents, claim.value.accountId))
}
