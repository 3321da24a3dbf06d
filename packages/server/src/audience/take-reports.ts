/** Takes players' reports: looked through at once, written behind the answer. */
import type { PlaybackReport } from '@sluice/contract'
import { ProblemError } from '../http/problem.ts'
import { hourPlace, pickShard, totalPlace } from '../records/audience.ts'
import { changePlayback, markViewed } from '../records/playback.ts'
import type { AudienceDeps } from './deps.ts'
import { foldReport, type Folded } from './fold-report.ts'

export type ReportIntake = {
  /** Resolves once the report is in line. Problems: as openSession; rate_limited for a session with too many playbacks; unavailable when too much waits. */
  take(videoId: string, report: PlaybackReport, ip: string): Promise<void>
  /** Resolves when all that was taken is written. */
  drain(): Promise<void>
}

/** Reports that wait for the store. Sums lose nothing by a report that is turned away: the next one has it all. */
const mostWaiting = 10_000
const atOnce = 16
/** Somebody who opens a video more often within hours is no viewer. */
const playbacksEach = 50
/** Sessions remembered, for that limit and for those counted as views already. */
const sessionsKnown = 100_000

type Session = { playbacks: Set<string>; isViewed: boolean }

export function openReportIntake(deps: AudienceDeps): ReportIntake {
  const shard = pickShard()
  const sessions = new Map<string, Session>()
  const line: (() => Promise<void>)[] = []
  let running = 0
  const idle: (() => void)[] = []

  const sessionOf = (sessionId: string): Session => {
    const session = sessions.get(sessionId) ?? { playbacks: new Set(), isViewed: false }
    sessions.delete(sessionId)
    sessions.set(sessionId, session)
    if (sessions.size > sessionsKnown) sessions.delete(sessions.keys().next().value!)
    return session
  }

  const write = async (video: { id: string; durationSeconds: number }, sessionId: string, report: PlaybackReport, now: number): Promise<void> => {
    const result: { folded?: Folded } = {}
    await changePlayback(deps.documents, { sessionId, playbackId: report.playbackId }, (before) => {
      result.folded = foldReport(before, report, { durationSeconds: video.durationSeconds, now })
      return result.folded?.totals
    })
    const { folded } = result
    if (!folded) return
    deps.gathered.add(hourPlace(video.id, now, shard), folded.hour)
    if (Object.keys(folded.allTime).length > 0) deps.gathered.add(totalPlace(video.id, shard), folded.allTime)
    const session = sessionOf(sessionId)
    if (!folded.isView || session.isViewed) return
    const isFirst = await markViewed(deps.documents, sessionId, now)
    session.isViewed = true
    if (!isFirst) return
    deps.gathered.add(hourPlace(video.id, now, shard), { views: 1 })
    deps.gathered.add(totalPlace(video.id, shard), { views: 1 })
  }

  const next = (): void => {
    while (running < atOnce && line.length > 0) {
      running++
      line
        .shift()!()
        .catch((error: unknown) => deps.log.warn({ err: error }, 'a playback report was not written; the next one of its playback has it all'))
        .finally(() => {
          running--
          next()
        })
    }
    if (running === 0) for (const settle of idle.splice(0)) settle()
  }

  return {
    async take(videoId, report, ip) {
      const { sessionId, video } = await deps.openSession(videoId, report.token, ip)
      const { playbacks } = sessionOf(sessionId)
      if (!playbacks.has(report.playbackId) && playbacks.size >= playbacksEach) throw new ProblemError('rate_limited', { retryAfterSeconds: 3600 })
      if (line.length >= mostWaiting) throw new ProblemError('unavailable', { retryAfterSeconds: 10 })
      playbacks.add(report.playbackId)
      const now = deps.clock()
      line.push(() => write({ id: videoId, durationSeconds: video.durationSeconds ?? 0 }, sessionId, report, now))
      next()
    },
    drain: () => (running === 0 ? Promise.resolve() : new Promise((settle) => idle.push(settle))),
  }
}
