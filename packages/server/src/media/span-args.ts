/** The ffmpeg command that encodes a span: one decode, one filter graph, an output per rendition. Pure. */
import { segmentAt } from '../domain/grid.ts'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { rateOf, type Rate } from '../domain/rate.ts'
import { deviceArgs, uploadFilters } from './hardware.ts'
import { decoderArgs, grownPixels, inputLimits } from './limits.ts'
import { pictureFilters } from './picture-filters.ts'
import { rateText, taggedPicture, threadsFor, videoOutputArgs } from './video-settings.ts'

export type Span = {
  plan: Plan
  url: string
  renditions: VideoRendition[]
  from: number
  to: number
  /** `black`: the source is not read at all. */
  mode: 'normal' | 'long-preroll' | 'fill' | 'black'
  threads: number
  /** Where each rendition goes. */
  pathOf: (renditionId: string) => string
  /** x264 measures and says the SSIM of each rendition at the end. */
  reportsSsim?: boolean
}

/** Frames of the source's rate [first, end) of a span, and how many there are to a grid frame. */
export type SpanFrames = { rate: Rate; perGridFrame: number; first: number; end: number }

const longPrerollSeconds = 30
/** What the container said of the last frame's length may be off by this many frames. */
const roundingFrames = 2
/** Enough for any gap: what is filled ends at the span's end. */
const endless = 1e9

/** The span in frames of the highest rate of the plan: what `fps` makes, before some renditions drop every second one. */
export function spanFrames(plan: Plan, from: number, to: number): SpanFrames {
  const { grid, renditions } = plan.video!
  const fastest = renditions.reduce((best, one) => (one.framesPerGridFrame > best.framesPerGridFrame ? one : best))
  const perGridFrame = fastest.framesPerGridFrame
  const last = segmentAt(grid, 'video', to - 1)!
  return {
    rate: fastest.rate,
    perGridFrame,
    first: segmentAt(grid, 'video', from)!.startFrame * perGridFrame,
    end: (last.startFrame + last.frames) * perGridFrame,
  }
}

export function spanArgs(span: Span): string[] {
  const { plan, renditions } = span
  const frames = spanFrames(plan, span.from, span.to)
  return [
    '-hide_banner', '-nostdin', '-loglevel', span.reportsSsim ? 'info' : 'error', '-nostats', '-y', ...deviceArgs(renditions[0]?.settings.encoder),
    ...(span.mode === 'black' ? blackArgs(span, frames) : sourceArgs(span, frames)),
    '-filter_complex_threads', '2', '-filter_complex', graph(span, frames),
    ...renditions.flatMap((rendition, index) => [
      '-map', `[v${index}]`,
      ...videoOutputArgs(rendition, {
        timescale: plan.video!.grid.timescale,
        segmentFrames: plan.video!.grid.segmentFrames,
        threads: threadsFor(rendition, span.threads),
        reportsSsim: span.reportsSsim,
      }),
      '-force_key_frames', keyFrameTimes(span).join(','), span.pathOf(rendition.id),
    ]),
  ]
}

/**
 * The source's pictures at each rendition's size beside those of a file of the same frames, a rendition each, in the order
 * of the renditions: ffmpeg says the SSIM of each pair at the end.
 */
export function compareArgs(asked: Pick<Span, 'plan' | 'url' | 'renditions' | 'from' | 'to'>, paths: string[]): string[] {
  const span: Span = { ...asked, mode: 'long-preroll', threads: 1, pathOf: () => '' }
  const frames = spanFrames(span.plan, span.from, span.to)
  // Both sides hold the same frames: they are counted, so that rounded times can't pair the wrong ones.
  const counted = 'settb=1/1000,setpts=N*10'
  const pairs = paths.map((_, index) => `[v${index}]${counted}[r${index}];[${index + 1}:v]${counted}[e${index}];[e${index}][r${index}]ssim[o${index}]`)
  return [
    '-hide_banner', '-nostdin', '-loglevel', 'info', '-nostats', ...sourceArgs(span, frames),
    ...paths.flatMap((path) => ['-protocol_whitelist', 'file', '-format_whitelist', 'mov', '-threads', '1', '-i', path]),
    '-filter_complex_threads', '2', '-filter_complex', [graph(span, frames), ...pairs].join(';'),
    ...paths.flatMap((_, index) => ['-map', `[o${index}]`, '-f', 'null', '-']),
  ]
}

/** The same reading as a fill's, without an encode and without anything in the place of what is missing: a line of stdout a frame. */
export function decodeArgs(asked: Pick<Span, 'plan' | 'url' | 'from' | 'to' | 'threads'>): string[] {
  const span: Span = { ...asked, mode: 'fill', renditions: [], pathOf: () => '' }
  const frames = spanFrames(span.plan, span.from, span.to)
  const filters = [
    `fps=${rateText(frames.rate)}:round=near:start_time=${Math.max(0, readingStart(span, frames)).toFixed(6)}`,
    `trim=start_pts=${frames.first}:end_pts=${frames.end}`, 'scale=16:16',
  ]
  return [
    '-hide_banner', '-nostdin', '-loglevel', 'error', ...sourceArgs(span, frames),
    '-filter_complex', `[0:${span.plan.video!.source.streamIndex}]${filters.join(',')}[v]`,
    '-map', '[v]', '-fps_mode', 'passthrough', '-f', 'framecrc', 'pipe:1',
  ]
}

function sourceArgs(span: Span, frames: SpanFrames): string[] {
  const { codedWidth, codedHeight } = span.plan.video!.source
  return [
    ...inputLimits(span.url, grownPixels(codedWidth * codedHeight)), ...seekArgs(span, frames),
    // Any damage ends the first try; the next ones take what can be decoded of it.
    ...(span.mode === 'normal' ? ['-xerror'] : []),
    // Decoder threads: by themselves they would be as many as the machine has processors, in each of its tasks.
    // Pictures may change size midway (a phone was turned): the first scale filter takes them as they come.
    '-threads', String(span.threads + 1), '-reinit_filter', '0', ...decoderArgs(span.plan.video!.source), '-i', span.url,
  ]
}

/** Stands in for a source of which nothing near the span can be decoded. */
function blackArgs({ plan }: Span, frames: SpanFrames): string[] {
  const { width, height } = plan.video!.renditions.at(-1)!
  return ['-copyts', '-f', 'lavfi', '-i', `color=black:size=${width}x${height}:rate=${rateText(frames.rate)},setpts=PTS+${frames.first}`]
}

/**
 * Where to begin reading. -ss counts from ffmpeg's own start time; -itsoffset takes the origin off every time stamp, the
 * end of the stream's included, before anything is decoded.
 */
function seekArgs(span: Span, frames: SpanFrames): string[] {
  const source = span.plan.video!.source
  const wanted = readingStart(span, frames)
  const seek = wanted + source.originSeconds - (source.formatStartSeconds ?? source.originSeconds)
  return ['-copyts', '-itsoffset', (-source.originSeconds).toFixed(6), ...(wanted > 0 && seek > 0 ? ['-noaccurate_seek', '-ss', seek.toFixed(6)] : [])]
}

/** When reading should begin, in seconds after the origin; it may be negative. */
function readingStart(span: Span, frames: SpanFrames): number {
  const source = span.plan.video!.source
  const lastFrameSeconds = ((source.sourceFrames ?? Infinity) - 1) / rateOf(frames.rate)
  return Math.min(frames.first / rateOf(frames.rate), lastFrameSeconds) - (span.mode === 'normal' ? source.prerollSeconds : longPrerollSeconds)
}

/** A key frame is forced by the frame at or after a time: half a frame early, so that rounding can't miss it. */
function keyFrameTimes({ plan, from, to }: Span): string[] {
  const { grid } = plan.video!
  const halfFrame = grid.frameTicks / 4 / grid.timescale
  return Array.from({ length: to - from }, (_, index) => {
    const seconds = segmentAt(grid, 'video', from + index)!.startTicks / grid.timescale
    return Math.max(0, seconds - halfFrame).toFixed(6)
  })
}

function graph(span: Span, frames: SpanFrames): string {
  const { plan, renditions } = span
  const source = plan.video!.source
  const sourceFrames = source.sourceFrames ?? frames.end
  const largest = renditions.reduce((best, one) => (one.width * one.height > best.width * best.height ? one : best))
  const firstSeconds = frames.first / rateOf(frames.rate)
  const isBeforeFirstPicture = firstSeconds <= (source.startSeconds ?? 0) + 1 / rateOf(frames.rate)
  // The first picture stands in for what is before it. Elsewhere no start is given: a seek that landed late must show in the
  // count. A fill begins with its pre-roll, so that the last good picture before the span is there to be repeated.
  const startSeconds = span.mode === 'fill' ? Math.max(0, readingStart(span, frames)) : isBeforeFirstPicture ? firstSeconds : undefined
  const start = startSeconds === undefined || span.mode === 'black' ? '' : `:start_time=${startSeconds.toFixed(6)}`
  const missing = frames.end - Math.min(frames.end, sourceFrames)
  const isLast = frames.end >= sourceFrames - roundingFrames
  const pad = span.mode === 'fill' ? endless : isLast ? missing + roundingFrames : 0
  const head = span.mode === 'black' ? [`trim=start_pts=${frames.first}:end_pts=${frames.end}`, `scale=${largest.width}:${largest.height}`] : [
    ...(source.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    `fps=${rateText(frames.rate)}:round=near${start}`,
    ...(pad ? [`tpad=stop=${pad}:stop_mode=clone`] : []),
    `trim=start_pts=${frames.first}:end_pts=${frames.end}`,
    ...pictureFilters(source, largest),
  ]
  const ends = renditions.map((rendition, index) => {
    // Spans start on a grid frame, so the first of each pair is the one kept.
    const drop = rendition.framesPerGridFrame < frames.perGridFrame ? [`framestep=${frames.perGridFrame}`] : []
    const scale = rendition === largest ? [] : [`scale=${rendition.width}:${rendition.height}:flags=bicubic`]
    return `[s${index}]${[...drop, ...scale, taggedPicture].join(',')}${uploadFilters(rendition.settings.encoder)}[v${index}]`
  })
  const split = `split=${renditions.length}${renditions.map((_, index) => `[s${index}]`).join('')}`
  return [`[0:${span.mode === 'black' ? 0 : source.streamIndex}]${[...head, split].join(',')}`, ...ends].join(';')
}
