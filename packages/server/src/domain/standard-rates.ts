/** The frame rates that renditions are made at. Pure. */
import { rateOf, type Rate } from './rate.ts'

const ntsc = (num: number): Rate => ({ num, den: 1001 })
const whole = (num: number): Rate => ({ num, den: 1 })

/** Ascending. Below 5 a picture is repeated, above 60 some are dropped. */
export const standardRates: readonly Rate[] = [
  whole(5), whole(6), { num: 15, den: 2 }, whole(8), whole(10), ntsc(12000), whole(12), { num: 25, den: 2 },
  ntsc(15000), whole(15), whole(16), whole(18), whole(20), ntsc(24000), whole(24), whole(25), ntsc(30000), whole(30),
  whole(40), ntsc(48000), whole(48), whole(50), ntsc(60000), whole(60),
]

const highest = standardRates.at(-1)!
const lowest = standardRates[0]!

/** A measured rate is the standard one if it is this near: between 29.97 and 30 lies a thousandth. */
const tolerance = 0.0004

/** The standard rate that a measured constant rate means, or undefined. */
export function exactStandardRate(framesPerSecond: number): Rate | undefined {
  const near = nearestRate(framesPerSecond)
  return Math.abs(rateOf(near) / framesPerSecond - 1) <= tolerance ? near : undefined
}

/** The standard rate that is nearest by ratio. */
export function nearestRate(framesPerSecond: number): Rate {
  const distance = (rate: Rate) => Math.abs(Math.log(rateOf(rate) / framesPerSecond))
  return standardRates.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best))
}

/**
 * The rate to encode a constant rate at. One over 60 is divided by the smallest whole number that brings it to a standard
 * rate of 60 or less (120 and 240 become 60, 100 becomes 50), so that the frames kept are evenly spaced. An odd one
 * gets the next standard rate, within 2 %, which loses no frame.
 */
export function constantRate(framesPerSecond: number): Rate {
  if (!(framesPerSecond > rateOf(lowest))) return lowest
  for (let divisor = 1; framesPerSecond / divisor >= 24 || divisor === 1; divisor++) {
    const rate = exactStandardRate(framesPerSecond / divisor)
    if (rate) return rate
  }
  return standardRates.find((rate) => rateOf(rate) >= framesPerSecond * 0.98) ?? highest
}

const variableRates = [5, 10, 12, 15, 20, 24, 25, 30, 50, 60].map(whole)

/** The rate to encode a source at whose fastest stretches show this many pictures a second: the nearest, by ratio, of a few. */
export function variableRate(framesPerSecond: number): Rate {
  const distance = (rate: Rate) => Math.abs(Math.log(rateOf(rate) / framesPerSecond))
  return variableRates.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best))
}

/** Half the rate, in lowest terms. */
export const halfRate = (rate: Rate): Rate => (rate.num % 2 === 0 ? { num: rate.num / 2, den: rate.den } : { num: rate.num, den: rate.den * 2 })
