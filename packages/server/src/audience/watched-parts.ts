/** Which hundredths of a video were seen, as bits in hex: small, and joined by OR. Pure. */

export const partCount = 100
/** Of a part, to have seen it; of a long video's less is enough. */
const enoughShare = 0.5
const enoughSeconds = 5

type Range = readonly [number, number]

/** The parts of which enough lies in the ranges (seconds, in any order, overlapping or not). */
export function partsOf(ranges: readonly Range[], durationSeconds: number): string {
  if (!(durationSeconds > 0)) return '0'
  const length = durationSeconds / partCount
  const enough = Math.min(length * enoughShare, enoughSeconds)
  let bits = 0n
  for (let part = 0; part < partCount; part++) {
    if (seconds(ranges, part * length, (part + 1) * length) >= enough - 1e-6) bits |= 1n << BigInt(part)
  }
  return bits.toString(16)
}

/** Seconds of [from, to) that the ranges cover. */
function seconds(ranges: readonly Range[], from: number, to: number): number {
  let covered = 0
  let end = from
  for (const [start, stop] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const begin = Math.max(start, end)
    const close = Math.min(stop, to)
    if (close > begin) {
      covered += close - begin
      end = close
    }
  }
  return covered
}

const bitsOf = (parts: string): bigint => BigInt(`0x${parts}`)

export const joinParts = (a: string, b: string): string => (bitsOf(a) | bitsOf(b)).toString(16)

/** The numbers of the parts in `after` that `before` had not. */
export function newParts(before: string, after: string): number[] {
  const added = bitsOf(after) & ~bitsOf(before)
  return Array.from({ length: partCount }, (_, part) => part).filter((part) => (added >> BigInt(part)) & 1n)
}
