/** How a playback went so far, as the player tells whoever gave it its source. */
import type { WatchedRange } from './watched-ranges.ts'

export type PlaybackSums = {
  playbackId: string
  /** Rises with every report. */
  sequence: number
  startupMs?: number
  playedMs: number
  stalledMs: number
  /** Of playedMs, with a known bit rate; and the picture's bits of it. */
  ratedMs: number
  kilobits: number
  stalls: number
  switches: number
  errors: { code: string; count: number }[]
  watched: WatchedRange[]
}

/** `isLeaving`: the page may be gone before an answer comes. */
export type OnPlayback = (sums: PlaybackSums, isLeaving: boolean) => void
