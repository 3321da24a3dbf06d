/** Start-up times as counts of steps, which add up over processes and hours; a median out of them. Pure. */
import type { Counts } from '../records/counters.ts'

/** Upper bounds in milliseconds. The last step has none. */
const bounds = [50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 625, 800, 1000, 1250, 1600, 2000, 2500, 3200, 4000, 5000, 6500, 8000, 10_000, 15_000, 30_000, 60_000]
const nameOf = (step: number): string => `startup.${step}`

/** The counter that a start-up of so many milliseconds belongs to. */
export function startupCounter(milliseconds: number): string {
  const step = bounds.findIndex((bound) => milliseconds <= bound)
  return nameOf(step < 0 ? bounds.length : step)
}

/** The time that `share` of all start-ups stayed below, evenly spread within its step; undefined where there were none. */
export function startupQuantile(counts: Counts, share: number): number | undefined {
  const steps = Array.from({ length: bounds.length + 1 }, (_, step) => counts[nameOf(step)] ?? 0)
  const all = steps.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  let below = 0
  for (const [step, count] of steps.entries()) {
    if (count > 0 && below + count >= all * share) {
      const from = step === 0 ? 0 : bounds[step - 1]!
      const to = bounds[step] ?? from
      return Math.round(from + (to - from) * ((all * share - below) / count))
    }
    below += count
  }
  return bounds.at(-1)
}
