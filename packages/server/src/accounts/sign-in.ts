/** Sign-in: the same work whether the handle exists or not. */
import type { Credentials } from '@sluice/contract'
import { ProblemError } from '../http/problem.ts'
import { readAccountByHandle, type Account } from '../records/account.ts'
import type { AccountsDeps } from './deps.ts'

/** The account of these credentials; `wrong_credentials` otherwise, whichever of the two is wrong. */
export async function signIn(deps: AccountsDeps, { handle, password }: Credentials): Promise<Account> {
  const account = await readAccountByHandle(deps.documents, handle)
  const isRight = await deps.passwords.verify(account?.passwordHash, password)
  if (!account || !isRight) throw new ProblemError('wrong_credentials')
  return account
}
