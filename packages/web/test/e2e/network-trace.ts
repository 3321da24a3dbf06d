/** What a mobile line gives, second by second: levels with jitter, steps and outages, always the same for the same seed. */
import { seededRandom } from '../../../server/test/e2e/seeded-random.ts'

/** `bitsPerSecond` of 0 is an outage. */
export type Level = { seconds: number; bitsPerSecond: number }
/** A rate for each second. */
export type NetworkTrace = { bitsPerSecond: number[]; latencyMs: number }

/** Shapes of recorded lines (averages of public LTE and 3G logs); what a second has of its level swings with the seed. */
export const lte: Level = { seconds: 1, bitsPerSecond: 9_000_000 }
export const hspa: Level = { seconds: 1, bitsPerSecond: 1_500_000 }
export const slow3g: Level = { seconds: 1, bitsPerSecond: 550_000 }
export const outage: Level = { seconds: 1, bitsPerSecond: 0 }

export const lasting = (level: Level, seconds: number): Level => ({ ...level, seconds })

/** Each second has 0.7 to 1.3 times its level; neighbours are alike, as on a real line. */
export function makeTrace(levels: Level[], seed: number, latencyMs: number): NetworkTrace {
  const random = seededRandom(seed)
  let swing = 0
  const bitsPerSecond = levels.flatMap(({ seconds, bitsPerSecond: level }) =>
    Array.from({ length: seconds }, () => {
      swing = 0.6 * swing + 0.4 * (random() * 2 - 1)
      return Math.round(level * (1 + 0.3 * Math.max(-1, Math.min(1, swing * 1.6))))
    }),
  )
  return { bitsPerSecond, latencyMs }
}
