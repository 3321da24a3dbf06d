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

/** Rejects unless the server takes us for this account, whatever happened in other tabs; at once when the signal aborts. */
export async function confirmAccount(id: string, signal: AbortSignal = new AbortController().signal): Promise<void> {
  signal.throwIfAborted()
  const aborted = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
  // Without a network it fails, as any call does, instead of waiting for one.
  const account = await Promise.race([aborted, queryClient.fetchQuery({ queryKey: sessionKey, queryFn: readAccount, staleTime: 0, networkMode: 'always' })])
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
