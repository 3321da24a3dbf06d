/** Who is signed in, for what outlives the pages. */
import type { Account } from '@sluice/contract'
import { api, isCode, queryClient } from '../data/api.ts'

export const sessionKey = ['session']

export async function readAccount(): Promise<Account | null> {
  try {
    return (await api.accounts.me()).account
  } catch (error) {
    if (isCode(error, 'unauthorized')) return null
    throw error
  }
}

/** As far as this tab knows: the cookie is that of all tabs. */
export const currentAccountId = (): string | undefined => queryClient.getQueryData<Account | null>(sessionKey)?.id

/** Rejects unless the server takes us for this account, whatever happened in other tabs. */
export async function confirmAccount(id: string): Promise<void> {
  const account = await queryClient.fetchQuery({ queryKey: sessionKey, queryFn: readAccount, staleTime: 0 })
  if (account?.id === id) return
  // The lists on the page are still the former account's.
  void queryClient.resetQueries({ queryKey: ['videos'] })
  throw new Error('When its turn came, its account was not signed in.')
}

/** Calls back whenever this tab has learned who is signed in. Answers the way to end it. */
export function onSession(listener: () => void): () => void {
  return queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success' && event.query.queryKey[0] === sessionKey[0]) listener()
  })
}
