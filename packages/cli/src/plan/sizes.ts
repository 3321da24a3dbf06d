/** Which sizes a source gets, and which of them the policy `base` leaves to viewers: by the product's own ladder. */
import { listedSpeed, makeLadder } from '@sluice/server/domain/ladder'
import { rateOf } from '@sluice/server/domain/rate'
import { nearestRate } from '@sluice/server/domain/standard-rates'
import type { Speeds } from './speeds.ts'

const baseSide = 480
/** A second before the wanted picture, as in MP4 (domain/plan.ts). */
const prerollSeconds = 1

export type Sizes = {
  /** Short sides of the whole ladder, ascending. */
  all: number[]
  /** Up to 480p, or the lowest. */
  base: number[]
  /** Above, and too slow for a viewer to wait for on such an encoder: completed unasked (docs/decisions/0019). */
  unasked: number[]
  /** Share of the pixels above `base` that wait for a viewer, 0 to 1. */
  lazyShare: number
}

/** Of a 16:9 picture as high as the measured one. */
export function sizesOf({ height, framesPerSecond, cores }: Pick<Speeds, 'height' | 'framesPerSecond' | 'cores'>): Sizes {
  const shown = { width: 2 * Math.round((height * 8) / 9), height: 2 * Math.round(height / 2), rate: nearestRate(framesPerSecond) }
  const source = { codedWidth: shown.width, codedHeight: shown.height, prerollSeconds, transfer: 'sdr' as const }
  const ladder = makeLadder({ ...shown, source }, 'veryfast', cores).renditions.map(({ width, height, rate, predictedSpeed }) => ({
    side: Math.min(width, height),
    pixels: width * height * rateOf(rate),
    isSlow: predictedSpeed < listedSpeed,
  }))
  const base = ladder.filter(({ side }, index) => index === 0 || side <= baseSide)
  const above = ladder.filter((one) => !base.includes(one))
  const pixels = (some: typeof ladder) => some.reduce((sum, one) => sum + one.pixels, 0)
  const sides = (some: typeof ladder) => some.map(({ side }) => side)
  const unasked = above.filter(({ isSlow }) => isSlow)
  return { all: sides(ladder), base: sides(base), unasked: sides(unasked), lazyShare: above.length === 0 ? 0 : 1 - pixels(unasked) / pixels(above) }
}
