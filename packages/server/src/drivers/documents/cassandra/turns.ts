/** Turns by key: transactions of one process on one partition go one after the other, since rivals only slow each other. */

export type Turns = {
  /** Runs `call` after all that asked before for the same key have ended. */
  take<T>(key: string, call: () => Promise<T>): Promise<T>
}

export function makeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    take(key, call) {
      const before = last.get(key) ?? Promise.resolve()
      const mine = before.then(call, call)
      const settled = mine.then(
        () => undefined,
        () => undefined,
      )
      last.set(key, settled)
      void settled.then(() => last.get(key) === settled && last.delete(key))
      return mine
    },
  }
}
