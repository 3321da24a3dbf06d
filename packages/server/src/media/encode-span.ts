/** Encodes consecutive segments of video renditions in one ffmpeg process that decodes once, and checks every segment. */
import type { Plan } from '../domain/plan.ts'
import type { MediaTools } from './tools.ts'

/** A byte range of a file in the span's work directory: moof + mdat. */
export type SegmentFile = { path: string; offset: number; length: number }
export type SpanSegment = { number: number; bytes: SegmentFile; sha256: string }

export type SpanOptions = {
  plan: Plan
  /** http(s) URL with ranged GETs. */
  url: string
  renditionIds: string[]
  /** Segments [from, to). */
  from: number
  to: number
  /** A directory of this call's own; the caller removes it with the segments. */
  workDir: string
  /** What to try: `normal`, then after SpanMismatch `long-preroll`, then `fill` (which replaces what can't be decoded). */
  mode: 'normal' | 'long-preroll' | 'fill'
  nice?: number
  threads?: number
  signal?: AbortSignal
  /** 0…1 */
  onProgress?: (share: number) => void
}

/** Segments are consecutive in their file, so [first.offset, last end) is the chunk's object. */
export type SpanResult = { renditionId: string; segments: SpanSegment[] }

/** What came out is not what the plan says. Try the next mode. */
export class SpanMismatch extends Error {
  override name = 'SpanMismatch'
}

/** Rejects with SpanMismatch, or MediaRunError. */
export async function encodeVideoSpan(tools: MediaTools, options: SpanOptions): Promise<SpanResult[]> {
  throw new Error('not written yet')
}
