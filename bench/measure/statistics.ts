/** Medians, quantiles and how to write numbers. */

export function median(samples: number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** For each share the sample that so many of the others are below; NaN of nothing. */
export function quantiles(samples: number[], shares: number[]): number[] {
  const sorted = Float64Array.from(samples).sort()
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
}

/** Three significant digits; thousands in full. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
