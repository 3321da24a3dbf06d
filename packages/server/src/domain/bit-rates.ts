/** Bit rates of a rendition: what is declared before it is encoded, and what is measured afterwards. Pure. */
import { gridOf, segmentsOf } from './grid.ts'
import type { AudioGrid, Plan, VideoGrid } from './plan.ts'
import type { MeasuredRate } from './video.ts'

/** The longest segment of any track in whole seconds: RFC 8216 §4.3.3.1, and equal across audio and video (DESIGN §7). */
export function targetSeconds(plan: Plan): number {
  const grids = [...(plan.video ? [plan.video.grid] : []), ...plan.audio.map((rendition) => rendition.grid)]
  return Math.max(1, ...grids.map((grid) => Math.round((Math.min(grid.segmentFrames, grid.frames) * grid.frameTicks) / grid.timescale)))
}

/** Peak and average of a rendition whose segments are `lengths` bytes long, in order; undefined when the plan has no such rendition. */
export function measureRate(plan: Plan, renditionId: string, lengths: readonly number[]): MeasuredRate | undefined {
  const found = gridOf(plan, renditionId)
  return found && rateOfSegments(found.grid, found.kind, lengths, targetSeconds(plan))
}

/** Of sums of durations. */
const rounding = 1e-9

/**
 * The peak is the largest bit rate of any contiguous segments that last 0.5 to 1.5 target durations (RFC 8216
 * §4.3.4.2); of all of them where no such run is that long.
 */
function rateOfSegments(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio', lengths: readonly number[], target: number): MeasuredRate {
  const durations = segmentsOf(grid, kind).map(({ durationTicks }) => durationTicks / grid.timescale)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const average = (sum(lengths) * 8) / sum(durations)
  let peak = 0
  for (let from = 0; from < durations.length; from++) {
    let [seconds, bytes] = [0, 0]
    for (let to = from; to < durations.length; to++) {
      seconds += durations[to]!
      bytes += lengths[to] ?? 0
      if (seconds > 1.5 * target + rounding) break
      if (seconds >= 0.5 * target - rounding) peak = Math.max(peak, (bytes * 8) / seconds)
    }
  }
  return { peakBitsPerSecond: Math.ceil(peak || average), averageBitsPerSecond: Math.ceil(average) }
}
