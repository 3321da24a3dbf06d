/** The site's connection to its own server: the HttpOnly cookie signs in, no token is ever in script's hands. */
import { QueryClient } from '@tanstack/react-query'
import { createClient, SluiceError } from '@sluice/sdk'

export const api = createClient({ credentials: 'same-origin' })

/** The SDK repeats what is worth repeating itself: another round here would only delay the message. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 15_000, refetchOnWindowFocus: true }, mutations: { retry: false } },
})

export const isCode = (error: unknown, ...codes: string[]): boolean => error instanceof SluiceError && codes.includes(error.code)

/** What a person reads about anything that was thrown. */
export function messageOf(error: unknown): string {
  if (isCode(error, 'unreachable')) return 'The server can’t be reached. Check the connection and try again.'
  if (error instanceof SluiceError) return error.message
  if (error instanceof Error && error.message) return error.message
  return 'Something went wrong.'
}
