/** Where the common clock of picture and sound begins. Pure. */
import type { Rate } from '../domain/rate.ts'

/** The last time before the sound (or up to a frame after) that is a whole number of frames before the picture. */
export function alignOrigin(earliestSeconds: number, videoStartSeconds: number, rate: Rate): number {
  const frames = Math.floor(((videoStartSeconds - earliestSeconds) * rate.num) / rate.den + 0.05)
  return Math.round((videoStartSeconds - (frames * rate.den) / rate.num) * 1e6) / 1e6
}
