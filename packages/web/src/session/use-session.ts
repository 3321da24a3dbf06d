/** Who is signed in, and signing in, up and out. */
import type { Account, Credentials } from '@sluice/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../data/api.ts'
import { readAccount, sessionKey } from './current-account.ts'

/** `account`: undefined while it is asked, null for nobody. */
export function useSession(): { account: Account | null | undefined } {
  const { data, isError } = useQuery({ queryKey: sessionKey, queryFn: readAccount, staleTime: 300_000 })
  // A later question that fails says nothing of who is signed in: what was answered before stays.
  return { account: data === undefined && isError ? null : data }
}

/** The answer's token is dropped: the cookie that came with it does the work. */
export function useSignIn(kind: 'sign-in' | 'sign-up') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (credentials: Credentials) => (kind === 'sign-up' ? api.accounts.create(credentials) : api.sessions.create(credentials)),
    onSuccess: ({ account }) => {
      client.clear()
      client.setQueryData(sessionKey, account)
    },
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.sessions.delete(),
    // What only this account may see must not stay in memory.
    onSuccess: () => {
      client.clear()
      client.setQueryData(sessionKey, null)
    },
  })
}
