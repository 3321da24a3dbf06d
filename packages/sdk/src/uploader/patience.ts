/** How long an upload bears with a server that does not answer: the calls between its parts have the tries and waits of a part. */
import { SluiceError } from '../error.ts'
import { worthRepeating } from '../request.ts'
import { backoffMs, wait } from '../wait.ts'
import type { UploadOptions } from './types.ts'

export type Patience = { tries: number; backoffBaseMs: number; signal: AbortSignal }

/** What the options ask for, or the defaults. */
export const patienceOf = ({ partTries = 12, backoffBaseMs = 500 }: UploadOptions, signal: AbortSignal): Patience => ({ tries: partTries, backoffBaseMs, signal })

/** Whether a call failed for want of an answer (nobody there, overloaded), which a later one may get; other problems are final. */
export const isUnanswered = (error: unknown): error is SluiceError => error instanceof SluiceError && worthRepeating(error)

/** Failures so far, this one included; but not one without an answer while the browser has no network: it says nothing of the server. */
export const countFailure = (failures: number, answer: { status: number } | undefined): number =>
  !answer?.status && globalThis.navigator?.onLine === false ? failures : failures + 1

/** Waits before the next try; rejects with the signal's reason. */
export const pauseAfter = (failures: number, { backoffBaseMs, signal }: Patience, retryAfterSeconds = 0): Promise<void> =>
  wait(Math.max(retryAfterSeconds * 1000, backoffMs(failures, backoffBaseMs, 30_000)), signal)

/** The call's answer, asked for again as often as a part would be. Rejects at once with what is final. */
export async function patiently<Answer>(patience: Patience, call: () => Promise<Answer>): Promise<Answer> {
  for (let failures = 0; ; ) {
    try {
      return await call()
    } catch (error) {
      if (!isUnanswered(error)) throw error
      failures = countFailure(failures, error)
      if (failures >= patience.tries) throw error
      await pauseAfter(failures, patience, error.retryAfterSeconds)
    }
  }
}
