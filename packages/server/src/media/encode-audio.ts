/** Encodes consecutive segments of a sound track, from wherever, so that they fit those made by any other call; checks each. */
import { createHash } from 'node:crypto'
import { segmentAt } from '../domain/grid.ts'
import type { AudioRendition, Plan } from '../domain/plan.ts'
import { audioArgs, audioFrames, framesOut, isBehindEnd, type AudioSpan } from './audio-args.ts'
import { soundFragment } from './boxes/sound.ts'
import { checkAudioSegment } from './check-audio.ts'
import { SpanMismatch } from './check-span.ts'
import { encodeMemoryBytes } from './limits.ts'
import { unreadableSource } from './refuse.ts'
import { MediaRunError, runTool } from './run.ts'
import { soundCodecs } from './sound-codecs.ts'
import type { MediaTools } from './tools.ts'

export type AudioOptions = {
  plan: Plan
  rendition: AudioRendition
  url: string
  /** Segments [from, to). All is in memory at once: a few minutes. */
  from: number
  to: number
  /** What to try: `normal`, then after SpanMismatch `long-preroll`, then `fill` (silence for what can't be decoded). */
  mode: 'normal' | 'long-preroll' | 'fill'
  nice?: number
  signal?: AbortSignal
}
export type AudioSegment = { number: number; bytes: Buffer; sha256: string }

const stallSeconds = 180
const timeoutSeconds = 3600

/** Rejects with SpanMismatch where samples are missing (try the next mode), or MediaRunError. */
export async function encodeAudioSpan(tools: MediaTools, options: AudioOptions): Promise<AudioSegment[]> {
  const { rendition, from, to, mode } = options
  if (isBehindEnd(rendition, audioFrames(rendition, from, to))) return encodeAs(tools, options, 'silence')
  if (mode !== 'fill') return encodeAs(tools, options, mode)
  try {
    return await encodeAs(tools, options, 'fill')
  } catch (error) {
    // Not one sample to be had: silence. A source that could not be read is none of that.
    const isHopeless = error instanceof SpanMismatch || (error instanceof MediaRunError && error.reason === 'exit' && !unreadableSource(error.stderrTail))
    if (!isHopeless) throw error
    return encodeAs(tools, options, 'silence')
  }
}

async function encodeAs(tools: MediaTools, options: AudioOptions, mode: AudioSpan['mode']): Promise<AudioSegment[]> {
  const { rendition, url, from, to, nice, signal } = options
  const args = audioArgs({ rendition, url, from, to, mode })
  const { stdout, stderrTail } = await runTool({
    program: tools.ffmpeg, args, nice, timeoutSeconds, stallSeconds, maxMemoryBytes: encodeMemoryBytes, stdout: 'collect', signal,
  })
  // ffmpeg may end well although its input dropped; what is missing then must never be filled.
  if (unreadableSource(stderrTail)) throw new MediaRunError(tools.ffmpeg, 'exit', 0, stderrTail)
  const wanted = audioFrames(rendition, from, to)
  const { framesOf, primingFrames } = soundCodecs[rendition.codec]
  const frames = framesOf(stdout, rendition)
  const expected = framesOut(rendition, wanted)
  if (frames.length !== expected) throw new SpanMismatch(`${rendition.id} segments ${from} to ${to - 1}: ${frames.length} frames, not ${expected}`)
  const kept = frames.slice(primingFrames + wanted.first - wanted.encoded)
  return Array.from({ length: to - from }, (_, index) => makeSegment(rendition, from + index, kept, wanted.first))
}

function makeSegment(rendition: AudioRendition, number: number, frames: Buffer[], firstFrame: number): AudioSegment {
  const segment = segmentAt(rendition.grid, 'audio', number)!
  const at = segment.startFrame - firstFrame
  const { rollFrames } = soundCodecs[rendition.codec]
  const bytes = soundFragment(frames.slice(at, at + segment.frames), { frameSamples: rendition.grid.frameTicks, rollFrames }, { decodeTime: segment.startTicks, sequence: number + 1 })
  checkAudioSegment(rendition, bytes, number)
  return { number, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
