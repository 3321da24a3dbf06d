/** Counters of this process, for the time in which the cache is away: limits of sign-ins hold then too, by process. */
import type { Clock } from '../../../base/time.ts'

const maxCounters = 10_000

/** As the port's `increment`. The oldest go first when there are too many. */
export function openOwnCounters(clock: Clock): { increment(key: string, by: number, ttlSeconds: number): number } {
  const counters = new Map<string, { count: number; expiresAt: number }>()
  return {
    increment(key, by, ttlSeconds) {
      const now = clock()
      const known = counters.get(key)
      const counter = known && known.expiresAt > now ? known : { count: 0, expiresAt: now + ttlSeconds * 1000 }
      counter.count += by
      counters.delete(key)
      counters.set(key, counter)
      if (counters.size > maxCounters) counters.delete(counters.keys().next().value!)
      return counter.count
    },
  }
}
