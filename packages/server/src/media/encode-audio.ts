/** One audio track in one sequential pass, cut into segments by the grid: no seams, sample 0 at the origin. */
import type { AudioRendition, Plan } from '../domain/plan.ts'
import type { MediaTools } from './tools.ts'

export type AudioOptions = {
  plan: Plan
  rendition: AudioRendition
  url: string
  /** Stops before this segment (the opening); all by default. The bytes are the same as in a whole pass. */
  toSegment?: number
  /** `fill`: silence takes the place of what can't be decoded up to the end; else SpanMismatch. */
  mode?: 'normal' | 'fill'
  nice?: number
  signal?: AbortSignal
}

/** Throws SpanMismatch where the source ended early, or MediaRunError. Breaking out of the loop ends ffmpeg. */
export async function* encodeAudioTrack(tools: MediaTools, options: AudioOptions): AsyncGenerator<{ number: number; bytes: Buffer; sha256: string }> {
  throw new Error('not written yet')
}
