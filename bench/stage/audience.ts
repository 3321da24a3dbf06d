/** A simulated audience of a site: how many watch which video, from where to where, and at which size. Repeatable. */
import { seededRandom } from '../../packages/server/test/e2e/seeded-random.ts'

/** Everything that is assumed; printed with the answer. */
export const assumptions = {
  videos: 5000,
  /** Views fall with the rank to this power: a rank's share is 1 / rank^s. */
  zipfExponent: 1,
  /** Lengths are log-normal with this median, cut at an hour. */
  medianSeconds: 240,
  lengthSpread: 1,
  /** Views that begin at the beginning; the others begin anywhere. */
  startsAtBeginning: 0.8,
  /** The mean share of a video that a view lasts (exponential, cut at its end). */
  meanWatchedShare: 0.4,
  /** Views that take each of the lazy sizes; the rest stays at or below 480p. */
  takes720p: 0.3,
  takes1080p: 0.3,
} as const

export type View = { fromSeconds: number; toSeconds: number; lazy: 0 | 1 | undefined }
export type SimulatedVideo = { seconds: number; views: View[] }

/** `lazy`: 0 the smaller, 1 the larger of two lazy renditions. */
export function simulateAudience(meanViews: number, seed = 1): SimulatedVideo[] {
  const random = seededRandom(seed)
  const { videos, zipfExponent, medianSeconds, lengthSpread } = assumptions
  const shares = Array.from({ length: videos }, (_, index) => (index + 1) ** -zipfExponent)
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => {
    const seconds = Math.min(3600, Math.max(5, medianSeconds * Math.exp(lengthSpread * normal(random))))
    const count = poisson((share / sum) * meanViews * videos, random)
    return { seconds, views: Array.from({ length: count }, () => view(seconds, random)) }
  })
}

function view(seconds: number, random: () => number): View {
  const fromSeconds = random() < assumptions.startsAtBeginning ? 0 : random() * seconds
  const watched = -Math.log(1 - random()) * assumptions.meanWatchedShare * seconds
  const size = random()
  const lazy = size < assumptions.takes720p ? 0 : size < assumptions.takes720p + assumptions.takes1080p ? 1 : undefined
  return { fromSeconds, toSeconds: Math.min(seconds, fromSeconds + watched), lazy }
}

/** Box and Muller. */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Knuth's for small means, the normal approximation for large ones. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}
