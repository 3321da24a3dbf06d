/** Sends what the player measures to the server. What is lost is in the next report: they are sums. */
import type { PlaybackReport } from '@sluice/contract'
import { api } from './api.ts'

/** `token` of the play answer vouches for the session; no account is named. */
export function playbackReporter(videoId: string, token: string): (sums: Omit<PlaybackReport, 'token'>, isLeaving: boolean) => void {
  return (sums, isLeaving) => {
    const report: PlaybackReport = { token, ...sums }
    const body = new Blob([JSON.stringify(report)], { type: 'application/json' })
    if (isLeaving && navigator.sendBeacon?.(`/api/v1/videos/${encodeURIComponent(videoId)}/playbacks`, body)) return
    // A viewer has no use for knowing that a figure of ours is missing.
    api.videos.reportPlayback(videoId, report, { keepalive: isLeaving }).catch(() => undefined)
  }
}
