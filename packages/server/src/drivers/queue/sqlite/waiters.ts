/** Who waits for a task, and how they are woken: by a task that was put in, or by a moment at which one becomes ready. */
import type { Priority } from '../../../ports/queue.ts'

export type Waiters = {
  /** Counts wake-ups. Read before looking; a `wait` that was given an older count resolves at once, so none is missed. */
  count(): number
  /** Resolves at the next wake-up for one of the priorities, after `milliseconds`, or when the signal aborts. */
  wait(priorities: Priority[], seen: number, milliseconds: number, signal?: AbortSignal): Promise<void>
  wake(priority: Priority): void
  wakeAll(): void
}

export function makeWaiters(): Waiters {
  const sleepers = new Set<{ priorities: Priority[]; wake: () => void }>()
  let wakeUps = 0
  const wakeIf = (wanted: (priorities: Priority[]) => boolean) => {
    wakeUps++
    for (const sleeper of [...sleepers]) if (wanted(sleeper.priorities)) sleeper.wake()
  }
  return {
    count: () => wakeUps,
    wait(priorities, seen, milliseconds, signal) {
      if (seen !== wakeUps || signal?.aborted || milliseconds <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', wake)
          sleepers.delete(sleeper)
          resolve()
        }
        const sleeper = { priorities, wake }
        const timer = setTimeout(wake, milliseconds)
        signal?.addEventListener('abort', wake, { once: true })
        sleepers.add(sleeper)
      })
    },
    wake: (priority) => wakeIf((priorities) => priorities.includes(priority)),
    wakeAll: () => wakeIf(() => true),
  }
}
