/** Which seconds were seen, as ranges that don't overlap, in order, and not too many. Pure. */

export type WatchedRange = [from: number, to: number]

const mostRanges = 64
/** Between two looks at the clock a little may be missing. */
const gapSeconds = 0.5

/** Adds [from, to) to `ranges`. Beyond the limit the two that are nearest to each other become one. */
export function addWatched(ranges: WatchedRange[], from: number, to: number): void {
  let first = ranges.findIndex((range) => range[1] >= from - gapSeconds)
  if (first < 0) first = ranges.length
  let last = first
  let [start, end] = [from, to]
  while (last < ranges.length && ranges[last]![0] <= to + gapSeconds) {
    start = Math.min(start, ranges[last]![0])
    end = Math.max(end, ranges[last]![1])
    last++
  }
  ranges.splice(first, last - first, [start, end])
  if (ranges.length <= mostRanges) return
  const gaps = ranges.slice(1).map((range, index) => range[0] - ranges[index]![1])
  const nearest = gaps.indexOf(Math.min(...gaps))
  ranges.splice(nearest, 2, [ranges[nearest]![0], ranges[nearest + 1]![1]])
}
