/** GET /videos/:id/audience: counters of the hours and shards, as figures. */
import type { AudienceAnswer, AudienceFigures } from '@sluice/contract'
import { ProblemError } from '../http/problem.ts'
import { readDay, readTotals, type CountedHour } from '../records/audience.ts'
import { joinCounts, type Counts } from '../records/counters.ts'
import type { AudienceDeps } from './deps.ts'
import { startupQuantile } from './startup-histogram.ts'
import { partCount } from './watched-parts.ts'

const dayMs = 86_400_000
const defaultSpanMs = 7 * dayMs
const longestSpanMs = 92 * dayMs
const daysAtOnce = 8

/** All hours that the span touches. Problem: bad_request for a span that is too long or ends before it begins. */
export async function readAudience(deps: Pick<AudienceDeps, 'documents' | 'clock'>, videoId: string, query: { from?: number; to?: number }): Promise<AudienceAnswer> {
  const to = query.to ?? deps.clock()
  const from = query.from ?? Math.max(0, to - defaultSpanMs)
  if (from > to || to - from > longestSpanMs) throw new ProblemError('bad_request', { detail: 'from must be before to, by at most 92 days' })
  const days: number[] = []
  for (let day = Math.floor(from / dayMs) * dayMs; day <= to; day += dayMs) days.push(day)
  const hours: CountedHour[] = []
  for (let first = 0; first < days.length; first += daysAtOnce) {
    const some = await Promise.all(days.slice(first, first + daysAtOnce).map((day) => readDay(deps.documents, videoId, day)))
    hours.push(...some.flat().filter(({ at }) => at > from - 3_600_000 && at <= to))
  }
  const sum = hours.reduce<Counts>((all, { counts }) => joinCounts(all, counts), {})
  const allTime = await readTotals(deps.documents, videoId)
  const playbacks = allTime['playbacks'] ?? 0
  return {
    from,
    to,
    totals: { ...figuresOf(sum), errorCodes: errorCodes(sum) },
    hours: hours.map(({ at, counts }) => ({ at, ...figuresOf(counts) })),
    delivery: deliveryOf(sum),
    allTime: {
      views: allTime['views'] ?? 0,
      playbacks,
      retention: playbacks === 0 ? [] : Array.from({ length: partCount }, (_, part) => Math.min(1, (allTime[`part.${part}`] ?? 0) / playbacks)),
    },
  }
}

function figuresOf(counts: Counts): AudienceFigures {
  const of = (name: string): number => counts[name] ?? 0
  const medianMs = startupQuantile(counts, 0.5)
  const playedAndStalled = of('playedMs') + of('stalledMs')
  return {
    playbacks: of('playbacks'),
    views: of('views'),
    playedSeconds: of('playedMs') / 1000,
    ...(medianMs !== undefined && { startup: { medianMs, p95Ms: startupQuantile(counts, 0.95)! } }),
    ...(playedAndStalled > 0 && { rebufferRatio: of('stalledMs') / playedAndStalled }),
    ...(of('ratedMs') > 0 && { averageBitsPerSecond: Math.round((of('kilobits') / of('ratedMs')) * 1e6) }),
    stalls: of('stalls'),
    switches: of('switches'),
    errors: Object.values(errorCodes(counts)).reduce((sum, count) => sum + count, 0),
  }
}

const errorCodes = (counts: Counts): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).flatMap(([name, count]) => (name.startsWith('error.') ? [[name.slice(6), count]] : [])))

/** Names as stream/edge/gather-cmcd.ts counts them. */
function deliveryOf(counts: Counts): AudienceAnswer['delivery'] {
  const of = (name: string): number => counts[`edge.${name}`] ?? 0
  return {
    sessions: of('sessions'),
    requests: of('requests'),
    starved: of('starved'),
    ...(of('pictureMs') > 0 && { averageBitsPerSecond: Math.round((of('pictureKilobits') / of('pictureMs')) * 1e6) }),
    ...(of('measured') > 0 && { averageThroughputBitsPerSecond: Math.round((of('throughputKbps') / of('measured')) * 1000) }),
    switches: of('switches'),
  }
}
