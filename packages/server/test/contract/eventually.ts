/** Waiting in tests for what must happen, however slow the machine is. */
import { setTimeout as pause } from 'node:timers/promises'

const limitMs = 30_000

/** Asks until the answer is not undefined or false; fails after 30 seconds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const start = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() - start > limitMs) throw new Error(`did not happen within ${limitMs / 1000} s: ${what}`)
    await pause(25)
  }
}
