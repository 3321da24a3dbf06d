/** When a popular video is worth a second codec: the egress that it saves against the processor time that it takes. Pure. */
import type { Plan, TierCodec } from './plan.ts'
import { ladderOf, predictedCpuSeconds, soundOf } from './tier.ts'
import type { MeasuredRate } from './video.ts'

export type UpgradePrices = { egressPerGigabyte: number; cpuPerHour: number }

/** Of H.264's bytes at the same SSIM (docs/decisions/0018), and of AAC's (docs/decisions/0028). */
const savedShare: Record<TierCodec, number> = { av1: 0.4, opus: 0.25 }
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

/** Of a video's default track, from the measured rate where there is one. */
function soundBytesPerView(plan: Plan, rates: Record<string, MeasuredRate> = {}): number {
  const sound = soundOf(plan)
  const track = sound.find(({ isDefault }) => isDefault) ?? sound[0]
  const bitsPerSecond = track ? (rates[track.id]?.averageBitsPerSecond ?? track.bitsPerSecond * averageOfCap) : 0
  return (bitsPerSecond / 8) * plan.durationSeconds * watchedShare
}

const bytesSaved = (plan: Plan, codec: TierCodec, rates?: Record<string, MeasuredRate>): number =>
  savedShare[codec] * (codec === 'opus' ? soundBytesPerView(plan, rates) : bytesPerView(plan, rates))

/**
 * Bytes saved per view × expected views × price per GB against processor seconds × price per hour. As many views are
 * expected as there were: then never more than twice is paid of what was best, whatever comes (the ski-rental rule).
 */
export function isWorthUpgrading(plan: Plan, codec: TierCodec, views: number, rates: Record<string, MeasuredRate> | undefined, prices: UpgradePrices): boolean {
  const saved = ((bytesSaved(plan, codec, rates) * views) / 1e9) * prices.egressPerGigabyte
  return saved > (predictedCpuSeconds(plan, codec) / 3600) * prices.cpuPerHour
}
