/** Encodes consecutive segments of video renditions in one ffmpeg process that decodes once, and checks every segment. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { rateOf } from '../domain/rate.ts'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { checkSpan, SpanMismatch, type SpanSegment } from './check-span.ts'
import { encodeMemoryBytes } from './limits.ts'
import { unreadableSource } from './refuse.ts'
import { MediaRunError, runTool } from './run.ts'
import { spanArgs, spanFrames } from './span-args.ts'
import type { MediaTools } from './tools.ts'

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
  /** All of the machine's by default. */
  threads?: number
  signal?: AbortSignal
  /** 0…1 */
  onProgress?: (share: number) => void
}

/** Segments are consecutive in their file, so [first.offset, last end) is the chunk's object. */
export type SpanResult = { renditionId: string; segments: SpanSegment[] }

/**
 * No frame out for this long ends an encode; a source without an index may be read from its start first. What somebody
 * waits for holds one of few seats: it is ended sooner, and tried again.
 */
const stallSeconds = { bulk: 180, express: 60 }
const timeoutSeconds = 3600

/** Rejects with SpanMismatch (try the next mode), or MediaRunError (the source or ffmpeg failed: try again, then the next mode). */
export async function encodeVideoSpan(tools: MediaTools, options: SpanOptions): Promise<SpanResult[]> {
  if (options.mode !== 'fill') return encodeAs(tools, options, options.mode)
  try {
    return await encodeAs(tools, options, 'fill')
  } catch (error) {
    // Not one picture to repeat: black. A source that could not be read is none of that.
    const isHopeless = error instanceof SpanMismatch || (error instanceof MediaRunError && error.reason === 'exit' && !unreadableSource(error.stderrTail))
    if (!isHopeless) throw error
    return encodeAs(tools, options, 'black')
  }
}

async function encodeAs(tools: MediaTools, options: SpanOptions, mode: SpanOptions['mode'] | 'black'): Promise<SpanResult[]> {
  const { plan, from, to, onProgress } = options
  const renditions = options.renditionIds.map((id) => renditionOf(plan, id))
  const pathOf = (renditionId: string) => join(options.workDir, `${renditionId}-${from}-${to}.mp4`)
  const frames = spanFrames(plan, from, to)
  const startSeconds = frames.first / rateOf(frames.rate)
  const lengthSeconds = (frames.end - frames.first) / rateOf(frames.rate)
  const { stderrTail } = await runTool({
    program: tools.ffmpeg,
    args: spanArgs({ plan, url: options.url, renditions, from, to, mode, threads: options.threads ?? availableParallelism(), pathOf }),
    nice: options.nice,
    threads: options.threads,
    timeoutSeconds,
    stallSeconds: options.nice ? stallSeconds.bulk : stallSeconds.express,
    // Drivers of hardware reserve address space by the tens of GB.
    maxMemoryBytes: renditions.some(({ settings }) => settings.encoder) ? undefined : encodeMemoryBytes,
    signal: options.signal,
    onProgress: onProgress && ((seconds) => onProgress(Math.min(1, Math.max(0, (seconds - startSeconds) / lengthSeconds)))),
  })
  // ffmpeg may end well although its input dropped; what is missing then must never be filled.
  if (unreadableSource(stderrTail)) throw new MediaRunError(tools.ffmpeg, 'exit', 0, stderrTail)
  const results: SpanResult[] = []
  for (const rendition of renditions) results.push({ renditionId: rendition.id, segments: await checkSpan(plan, rendition, pathOf(rendition.id), from, to) })
  return results
}

function renditionOf(plan: Plan, id: string): VideoRendition {
  const rendition = plan.video?.renditions.find((one) => one.id === id)
  if (!rendition) throw new RangeError(`the plan has no rendition ${id}`)
  return rendition
}

export { SpanMismatch, type SegmentFile, type SpanSegment } from './check-span.ts'
