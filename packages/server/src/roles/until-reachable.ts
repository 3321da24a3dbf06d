/** What a process needs at its start may start after it. */
import { DriverUnavailable } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { retry } from '../base/retry.ts'

/** Makes the call again until it is answered; `what` is told in the log. Rejects with other errors than DriverUnavailable. */
export function untilReachable<T>(what: string, call: () => Promise<T>, log: Log): Promise<T> {
  const told = () => call().catch((error: unknown) => {
    if (error instanceof DriverUnavailable) log.warn({ err: error }, `${what} are not reachable yet: waiting for them`)
    throw error
  })
  return retry(told, { attempts: Infinity, baseMs: 500, maxMs: 5000, retryable: (error) => error instanceof DriverUnavailable })
}
