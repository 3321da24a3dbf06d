/** Where a video's samples lie, and the mean of what is measured on them. */
import { gridSeconds, segmentAt, segmentCount } from '../domain/grid.ts'
import type { Plan } from '../domain/plan.ts'

/** `frames` of a sample are grid frames, even; one for every `secondsPerSample`, between `fewest` and `most`. */
export type Sampling = { frames: number; secondsPerSample: number; fewest: number; most: number }

/**
 * By rendition id, weighted by frames; empty where nothing was measured. `measure` gets the same video in segments of a
 * sample's length, so that a sample is a span like any other, and the number of the one to look at.
 */
export async function meanOfSamples(
  plan: Plan,
  { frames, secondsPerSample, fewest, most }: Sampling,
  measure: (fine: Plan, number: number) => Promise<ReadonlyMap<string, number>>,
): Promise<Map<string, number>> {
  const grid = { ...plan.video!.grid, segmentFrames: frames }
  const fine: Plan = { ...plan, video: { ...plan.video!, grid } }
  const count = Math.min(most, Math.max(fewest, Math.ceil(gridSeconds(grid) / secondsPerSample)))
  const last = segmentCount(grid, 'video') - 1
  const numbers = new Set(Array.from({ length: count }, (_, index) => Math.floor((last * (index + 0.5)) / count)))
  const sums = new Map<string, number>()
  let measured = 0
  for (const number of numbers) {
    const found = await measure(fine, number)
    if (found.size === 0) continue
    const weight = segmentAt(grid, 'video', number)!.frames
    for (const [id, value] of found) sums.set(id, (sums.get(id) ?? 0) + value * weight)
    measured += weight
  }
  return new Map([...sums].map(([id, sum]) => [id, sum / measured]))
}
