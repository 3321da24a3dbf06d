/** The answer as a table on the terminal. */
import { median, readable } from '../measure/statistics.ts'
import type { Answer, Measured } from '../question.ts'

/** Ours over the last row's; undefined for a single contender. */
export function ratioOf({ rows }: Measured): number | undefined {
  const [ours, peer] = [rows[0], rows.at(-1)]
  return ours && peer && ours !== peer ? median(ours.samples) / median(peer.samples) : undefined
}

export function printTable({ measured }: Answer): void {
  for (const one of measured) {
    console.log(`  ${one.title} (${one.unit}, ${one.better} is better)`)
    const width = Math.max(...one.rows.map(({ name }) => name.length))
    for (const { name, samples } of one.rows) {
      console.log(`    ${name.padEnd(width)}  ${readable(median(samples)).padStart(9)}   ${readable(Math.min(...samples))}–${readable(Math.max(...samples))}  n=${samples.length}`)
    }
    const ratio = ratioOf(one)
    if (ratio !== undefined) console.log(`    ratio ${readable(ratio)}`)
  }
}
