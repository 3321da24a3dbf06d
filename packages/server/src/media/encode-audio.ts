/** One audio track in one sequential pass, cut into segments by the grid: no seams, sample 0 at the origin. */
import { createHash } from 'node:crypto'
import { segmentAt, segmentCount } from '../domain/grid.ts'
import type { AudioRendition, Plan } from '../domain/plan.ts'
import { adtsParser } from './adts.ts'
import { aacFragment } from './boxes/aac.ts'
import { SpanMismatch } from './check-span.ts'
import { encodeMemoryBytes, inputLimits } from './limits.ts'
import { unreadableSource } from './refuse.ts'
import { MediaRunError, runTool } from './run.ts'
import { streamOf } from './stream-of.ts'
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
export type AudioSegment = { number: number; bytes: Buffer; sha256: string }

/** The encoder's delay: one frame before the first sample. */
const primingFrames = 1
/** Sound that ends this much earlier than it should (2 s of frames) was cut off, not rounded. */
const missingFrames = 94
const stallSeconds = 180
const timeoutSeconds = 6 * 3600

/** Throws SpanMismatch where the source ended early, or MediaRunError. Breaking out of the loop ends ffmpeg. */
export async function* encodeAudioTrack(tools: MediaTools, options: AudioOptions): AsyncGenerator<AudioSegment> {
  const { rendition } = options
  const { grid } = rendition
  const end = Math.min(options.toSegment ?? Infinity, segmentCount(grid, 'audio'))
  let sequence = 0
  const frames: Buffer[] = []
  const whole = function* (): Generator<AudioSegment> {
    while (sequence < end) {
      const segment = segmentAt(grid, 'audio', sequence)!
      if (frames.length < segment.frames) return
      const bytes = aacFragment(frames.splice(0, segment.frames), segment.startTicks, sequence + 1)
      yield { number: sequence++, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
    }
  }
  let count = -primingFrames
  for await (const frame of aacFrames(tools, options)) {
    if (count++ < 0) continue
    frames.push(frame)
    yield* whole()
    if (sequence >= end) return
  }
  const expected = rendition.sourceFrames ?? grid.frames
  if (options.mode !== 'fill' && count < expected - missingFrames) throw new SpanMismatch(`${rendition.id} ended after ${Math.max(0, count)} of ${expected} frames`)
  const silence = await silentFrame(tools, rendition, options.signal)
  while (sequence < end) {
    frames.push(silence)
    yield* whole()
  }
}

/** The encoded track, frame by frame, priming included. */
async function* aacFrames(tools: MediaTools, options: AudioOptions): AsyncGenerator<Buffer> {
  const source = options.rendition
  const origin = source.originSeconds ?? 0
  const args = [
    '-hide_banner', '-nostdin', '-loglevel', 'error', ...inputLimits(options.url),
    '-copyts', '-itsoffset', (-origin).toFixed(6), '-i', options.url, '-map', `0:${source.streamIndex}`,
    '-af', audioFilters(source), ...aacArgs(source), 'pipe:1',
  ]
  const parse = adtsParser()
  const run = (write: (chunk: Buffer) => Promise<void>, signal: AbortSignal) =>
    runTool({ program: tools.ffmpeg, args, nice: options.nice, timeoutSeconds, stallSeconds, maxMemoryBytes: encodeMemoryBytes, stdout: write, signal })
  for await (const chunk of streamOf(run, options.signal, (end) => {
    if (unreadableSource(end.stderrTail)) throw new MediaRunError(tools.ffmpeg, 'exit', 0, end.stderrTail)
  })) yield* parse(chunk)
}

/**
 * First the rate and channels; then time: silence before a late start, a cut of an early one, silence in gaps of more
 * than 0.1 s. Twice, because `first_pts` counts samples of the filter's input rate.
 */
function audioFilters(rendition: AudioRendition): string {
  const layout = rendition.channels === 1 ? 'mono' : 'stereo'
  const format = `aformat=sample_fmts=fltp:sample_rates=${rendition.sampleRate}:channel_layouts=${layout}`
  return `aresample=${rendition.sampleRate},${format},aresample=async=1:min_hard_comp=0.1:first_pts=0,${format}`
}

const aacArgs = (rendition: AudioRendition): string[] => [
  '-c:a', 'aac', '-b:a', String(rendition.bitsPerSecond), '-flags', '+bitexact', '-threads', '1', '-map_metadata', '-1', '-f', 'adts',
]

/** A frame of silence, from the middle of some. */
async function silentFrame(tools: MediaTools, rendition: AudioRendition, signal: AbortSignal | undefined): Promise<Buffer> {
  const layout = rendition.channels === 1 ? 'mono' : 'stereo'
  const { stdout } = await runTool({
    program: tools.ffmpeg,
    args: [
      '-hide_banner', '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', `anullsrc=r=${rendition.sampleRate}:cl=${layout}`,
      '-t', '0.5', ...aacArgs(rendition), 'pipe:1',
    ],
    timeoutSeconds: 30,
    stdout: 'collect',
    signal,
  })
  const frame = adtsParser()(stdout)[10]
  if (!frame) throw new Error('ffmpeg made no silence')
  return frame
}
