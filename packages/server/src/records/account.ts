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

/** What a handle points at. `claimedAt`: a claim whose account never came may be taken over after a while. */
export type HandleClaim = { accountId: string; claimedAt: number }

const handleKey = (handle: string): string => handle.toLowerCase()

export async function readAccount(documents: Documents, id: string): Promise<Account | undefined> {
  return (await documents.get<Account>('account', id))?.value
}

/** VersionConflict when the id is taken. */
export async function createAccount(documents: Documents, account: Account): Promise<void> {
  await documents.put('account', account.id, '', account, { ifVersion: 'absent' })
}

/** Handles are compared without case. */
export function readHandle(documents: Documents, handle: string): Promise<Stored<HandleClaim> | undefined> {
  return documents.get<HandleClaim>('handle', handleKey(handle))
}

/** Claims a handle, or takes over the claim of that version. VersionConflict when another was faster. */
export async function claimHandle(documents: Documents, handle: string, claim: HandleClaim, over?: Stored<HandleClaim>): Promise<void> {
  await documents.put('handle', handleKey(handle), '', claim, { ifVersion: over?.version ?? 'absent' })
}

/** The account that a handle belongs to, or undefined. */
export async function readAccountByHandle(documents: Documents, handle: string): Promise<Account | undefined> {
  const claim = await readHandle(documents, handle)
  return claim && (await readAccount(documents, claim.value.accountId))
}

const administratorFact = 'administrator'
export type AdministratorClaim = { accountId: string; claimedAt: number }

export function readAdministrator(documents: Documents): Promise<Stored<AdministratorClaim> | undefined> {
  return documents.get<AdministratorClaim>('installation', administratorFact)
}

/** True when this account became the administrator: the first claim wins, or one that takes over a claim without an account. */
export async function claimAdministrator(documents: Documents, claim: AdministratorClaim, over?: Stored<AdministratorClaim>): Promise<boolean> {
  try {
    await documents.put('installation', administratorFact, '', claim, { ifVersion: over?.version ?? 'absent' })
    return true
  } catch (error) {
    if (error instanceof VersionConflict) return false
    throw error
  }
}
