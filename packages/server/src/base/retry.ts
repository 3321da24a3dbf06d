/** Retries with exponential backoff and full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
import { sleep } from './time.ts'

export type RetryOptions = {
  /** Calls in all, the first included. */
  attempts: number
  /** Backoff before the second call, doubled each time. */
  baseMs: number
  maxMs: number
  /** Errors that are worth another try; all by default. */
  retryable?: (error: unknown) => boolean
  signal?: AbortSignal
}

/** The result of the first call that does not reject; rejects with the last error. */
export async function retry<T>(call: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt)
    } catch (error) {
      if (attempt >= options.attempts || options.signal?.aborted || options.retryable?.(error) === false) throw error
      await sleep(backoffMs(attempt, options.baseMs, options.maxMs), options.signal)
    }
  }
}

/** A random wait between half and all of base · 2^(attempt−1), at most `maxMs`. */
export function backoffMs(attempt: number, baseMs: number, maxMs: number): number {
  const full = Math.min(maxMs, baseMs * 2 ** (attempt - 1))
  return full / 2 + Math.random() * (full / 2)
}
