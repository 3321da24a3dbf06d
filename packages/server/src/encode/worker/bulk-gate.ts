/** Places for bulk work: so many tasks at once, and a chunk that was moved up goes before those that wait. */

export type BulkGate = {
  /** Resolves to what leaves the place again. Rejects with the signal's reason. */
  enter(options: { first: boolean; signal: AbortSignal }): Promise<() => void>
}

export function openBulkGate(places: number): BulkGate {
  let free = places
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return {
    async enter({ first, signal }) {
      signal.throwIfAborted()
      if (free > 0) free--
      else {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        if (first) waiting.unshift(resolve)
        else waiting.push(resolve)
        const onAbort = () => {
          const index = waiting.indexOf(resolve)
          if (index < 0) return
          waiting.splice(index, 1)
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        await promise.finally(() => signal.removeEventListener('abort', onAbort))
      }
      let left = false
      return () => {
        if (!left) leave()
        left = true
      }
    },
  }
}
