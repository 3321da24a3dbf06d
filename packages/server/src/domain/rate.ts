/** Frame rates as exact fractions. */

/** Frames per second as numerator over denominator, in lowest terms (30000/1001). */
export type Rate = { num: number; den: number }

export const rateOf = (rate: Rate): number => rate.num / rate.den
