/** Random draws of a simulation, each from the generator that it is given. */

export type Random = () => number

/** Waits between events that come `perSecond` on the average. */
export const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean

/** Box and Muller. */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Log-normal with that mean; `spread` is the standard deviation of the logarithm. */
export const logNormal = (random: Random, mean: number, spread: number): number => mean * Math.exp(spread * normal(random) - (spread * spread) / 2)
