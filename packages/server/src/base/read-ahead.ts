/** Reads that follow each other, begun before the one before is used. */

/**
 * Each of `sources` with what `begin` made of it, in order. As many are begun ahead as were taken before, at most `most`:
 * who takes one causes one read, who takes many waits for few of them. Rejects where its turn comes.
 */
export async function* readAhead<T, R>(sources: AsyncIterator<T>, begin: (source: T) => Promise<R>, most: number): AsyncGenerator<[T, R], undefined> {
  const begun: { source: T; result: Promise<R> }[] = []
  let isOver = false
  for (let window = 1; ; window = Math.min(most, window * 2)) {
    while (!isOver && begun.length < window) {
      const next = await sources.next()
      if (next.done) isOver = true
      else {
        const result = begin(next.value)
        result.catch(() => {})
        begun.push({ source: next.value, result })
      }
    }
    const first = begun.shift()
    if (!first) return undefined
    yield [first.source, await first.result]
  }
}
