/** Waiting in tests for what must happen, however slow the machine is. */
import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is not undefined or false; fails after `limitSeconds`. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false, limitSeconds = 30): Promise<T> {
  const start = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() - start > limitSeconds * 1000) throw new Error(`did not happen within ${limitSeconds} s: ${what}`)
    await pause(25)
  }
}
