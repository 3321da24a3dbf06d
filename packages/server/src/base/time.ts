/** Clocks and waiting. Tests pass their own clock. */

/** Milliseconds since the epoch. */
export type Clock = () => number
export const systemClock: Clock = () => Date.now()

/** Resolves after `milliseconds`, or at once when the signal aborts; never rejects. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal?.addEventListener('abort', done, { once: true })
  })
}
