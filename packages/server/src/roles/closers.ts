/** What a process has opened, closed in the opposite order. */
import type { Log } from '../base/log.ts'

export type Closers = {
  add(close: () => Promise<void> | void): void
  /** All of them, once, the last one first. Never rejects: what does not close in order is logged, and the others follow. */
  close(): Promise<void>
}

export function openClosers(log: Log): Closers {
  const closers: (() => Promise<void> | void)[] = []
  let closing: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) {
      try {
        await close()
      } catch (error) {
        log.warn({ err: error }, 'something did not close in order')
      }
    }
  }
  return { add: (close) => void closers.push(close), close: () => (closing ??= closeAll()) }
}
