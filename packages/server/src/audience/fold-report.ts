/** A report against what was known of its playback: the new sums, and what they add to the counters. Pure. */
import type { PlaybackReport } from '@sluice/contract'
import type { Counts } from '../records/counters.ts'
import type { PlaybackTotals } from '../records/playback.ts'
import { startupCounter } from './startup-histogram.ts'
import { joinParts, newParts, partsOf } from './watched-parts.ts'

/** Played for so long, or for half of a shorter video, a playback makes its session a view. */
const viewAfterMs = 30_000
/** Clocks of players and ours differ a little; the first report may come late. */
const slackMs = 120_000
/** No picture of ours has more. */
const mostKilobitsPerSecond = 200_000
const sums = ['playedMs', 'stalledMs', 'ratedMs', 'kilobits', 'stalls', 'switches'] as const

export type Folded = {
  totals: PlaybackTotals
  /** For the hour. */
  hour: Counts
  /** For all time. */
  allTime: Counts
  /** The session has watched. */
  isView: boolean
}

/** Undefined for a report that is older than what is known. */
export function foldReport(before: PlaybackTotals | undefined, report: PlaybackReport, { durationSeconds, now }: { durationSeconds: number; now: number }): Folded | undefined {
  if (before && report.sequence <= before.sequence) return undefined
  const firstSeenAt = before?.firstSeenAt ?? now
  const known: Omit<PlaybackTotals, 'sequence' | 'firstSeenAt'> = before ?? { playedMs: 0, stalledMs: 0, ratedMs: 0, kilobits: 0, stalls: 0, switches: 0, errors: {}, parts: '0' }
  // Nobody plays or waits for longer than the playback has been there, whatever a report says.
  const mostMs = now - firstSeenAt + slackMs
  const playedMs = Math.min(report.playedMs, mostMs)
  const ratedMs = Math.min(report.ratedMs, playedMs)
  const told = {
    playedMs,
    stalledMs: Math.min(report.stalledMs, mostMs),
    ratedMs,
    kilobits: Math.min(report.kilobits, (ratedMs / 1000) * mostKilobitsPerSecond),
    stalls: report.stalls,
    switches: report.switches,
  }
  const totals: PlaybackTotals = {
    ...known,
    sequence: report.sequence,
    firstSeenAt,
    startupMs: known.startupMs ?? report.startupMs,
    parts: joinParts(known.parts, partsOf(report.watched, durationSeconds)),
  }
  const hour: Counts = before ? {} : { playbacks: 1 }
  const allTime: Counts = before ? {} : { playbacks: 1 }
  for (const name of sums) {
    totals[name] = Math.max(known[name], told[name])
    if (totals[name] > known[name]) hour[name] = totals[name] - known[name]
  }
  // A map: codes may be called as what every object has (`constructor`, `__proto__`).
  const errors = new Map(Object.entries(known.errors))
  for (const { code, count } of report.errors) {
    const more = count - (errors.get(code) ?? 0)
    if (more <= 0 || (!errors.has(code) && errors.size >= 8)) continue
    errors.set(code, count)
    hour[`error.${code}`] = more
  }
  totals.errors = Object.fromEntries(errors)
  if (known.startupMs === undefined && report.startupMs !== undefined) hour[startupCounter(report.startupMs)] = 1
  for (const part of newParts(known.parts, totals.parts)) allTime[`part.${part}`] = 1
  const neededMs = durationSeconds > 0 ? Math.min(viewAfterMs, durationSeconds * 500) : viewAfterMs
  // At least half of that must have passed here: one report alone makes no view.
  const isView = totals.playedMs >= neededMs && now - firstSeenAt >= neededMs / 2
  return { totals, hour, allTime, isView }
}
