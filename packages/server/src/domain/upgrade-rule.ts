/** When a popular video is worth a second codec: the egress that it saves against the processor time that it takes. Pure. */
import type { Plan } from './plan.ts'
import { ladderOf, predictedCpuSeconds } from './tier.ts'
import type { MeasuredRate } from './video.ts'

export type UpgradePrices = { egressPerGigabyte: number; cpuPerHour: number }

/** Of H.264's bytes, at the same SSIM (docs/decisions/0018). */
const savedShare = 0.4
/** Of a video's length, by a viewer on the average. */
const watchedShare = 0.5
/** What most screens take: the largest picture up to this short side. */
const usualSide = 1080
/** Of its cap, where a rendition was not measured. */
const averageOfCap = 0.6

/** Bytes of picture that a view takes, from the measured rate where there is one. */
export function bytesPerView(plan: Plan, rates: Record<string, MeasuredRate> = {}): number {
  const bySize = ladderOf(plan).toSorted((a, b) => b.width * b.height - a.width * a.height)
  const usual = bySize.find(({ width, height }) => Math.min(width, height) <= usualSide) ?? bySize.at(-1)
  if (!usual) return 0
  const bitsPerSecond = rates[usual.id]?.averageBitsPerSecond ?? usual.capBitsPerSecond * averageOfCap
  return (bitsPerSecond / 8) * plan.durationSeconds * watchedShare
}

/**
 * Bytes saved per view × expected views × price per GB against processor seconds × price per hour. As many views are
 * expected as there were: then never more than twice is paid of what was best, whatever comes (the ski-rental rule).
 */
export function isWorthUpgrading(plan: Plan, plays: number, rates: Record<string, MeasuredRate> | undefined, prices: UpgradePrices): boolean {
  const saved = ((bytesPerView(plan, rates) * savedShare * plays) / 1e9) * prices.egressPerGigabyte
  return saved > (predictedCpuSeconds(plan) / 3600) * prices.cpuPerHour
}
