/** The word that somebody may have meant. Pure. */

/** The nearest of the words, if at most a third of it (but at least two letters) would have to change. */
export function suggest(typed: string, words: readonly string[]): string | undefined {
  const [nearest] = words.map((word) => ({ word, steps: distance(typed, word) })).sort((a, b) => a.steps - b.steps)
  return nearest && nearest.steps <= Math.max(2, nearest.word.length / 3) ? nearest.word : undefined
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (letter === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}
