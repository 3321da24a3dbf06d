/** The ffmpeg command that encodes a span of a sound track so that it fits what other commands make of the rest. Pure. */
import { segmentAt } from '../domain/grid.ts'
import type { AudioRendition } from '../domain/plan.ts'
import { inputLimits } from './limits.ts'
import { soundCodecs } from './sound-codecs.ts'

export type AudioSpan = {
  rendition: AudioRendition
  url: string
  /** Segments [from, to). */
  from: number
  to: number
  /** `silence`: the source is not read at all. */
  mode: 'normal' | 'long-preroll' | 'fill' | 'silence'
}

/** Codec frames [encoded, end) that the command asks the encoder for; those from `first` on are kept. `encoded` may be before the track. */
export type AudioFrames = { encoded: number; first: number; end: number }

/** A whole number of samples at every usual rate (8000 … 96000, 11025 … 88200): resampling that starts there has the phase of a whole pass. */
const phaseSeconds = 0.04
const longPrerollSeconds = 30
/** Twice what a clock of milliseconds rounds away, and a sample. */
const clockSeconds = 0.0011
/** Decoders need some packets before they give the right samples (Opus 80 ms, MP3's reservoir), and some give none for the first. */
const decoderRunUpSeconds = 0.06
/** What the container said of the track's end may be off by this much. */
const roundingSeconds = 2

export function audioFrames({ grid, codec }: AudioRendition, from: number, to: number): AudioFrames {
  const { runUpFrames, runsUpBeforeStart } = soundCodecs[codec]
  const last = segmentAt(grid, 'audio', to - 1)!
  const first = segmentAt(grid, 'audio', from)!.startFrame
  return { encoded: Math.max(runsUpBeforeStart ? -Infinity : 0, first - runUpFrames), first, end: last.startFrame + last.frames }
}

/** The last frame's end, with what the encoder looks ahead. */
const soughtEnd = ({ codec }: AudioRendition, { end }: AudioFrames): number => end + soundCodecs[codec].lookAheadFrames

/** Sample to begin at. */
const startSample = ({ grid, codec }: AudioRendition, { encoded }: AudioFrames): number => encoded * grid.frameTicks + soundCodecs[codec].delaySamples

/** Sample to end at. One more than whole frames: where a single sample is missing, a frame less comes out, and shows in the count. */
const endSample = (rendition: AudioRendition, frames: AudioFrames): number => soughtEnd(rendition, frames) * rendition.grid.frameTicks + 1

/** Frames that come out of the encoder when no sample is missing. */
export const framesOut = (rendition: AudioRendition, frames: AudioFrames): number =>
  soughtEnd(rendition, frames) - frames.encoded + soundCodecs[rendition.codec].surplusFrames

/** Whether nothing of the span is in the source. */
export const isBehindEnd = (rendition: AudioRendition, { encoded }: AudioFrames): boolean => encoded >= (rendition.sourceFrames ?? rendition.grid.frames)

export function audioArgs(span: AudioSpan): string[] {
  const { rendition, url, mode } = span
  const frames = audioFrames(rendition, span.from, span.to)
  const head = ['-hide_banner', '-nostdin', '-loglevel', 'error']
  const encoder = [...soundCodecs[rendition.codec].encoderArgs(rendition), 'pipe:1']
  if (mode === 'silence') return [...head, ...silentInput(rendition), '-af', trimmed(rendition, frames), ...encoder]
  return [
    ...head, ...inputLimits(url), ...seekArgs(span, frames), '-i', url, '-map', `0:${rendition.streamIndex}`,
    '-af', filters(span, frames), ...encoder,
  ]
}

const layoutOf = ({ channels }: AudioRendition): string => (channels === 1 ? 'mono' : 'stereo')
const formatOf = (rendition: AudioRendition): string => `aformat=sample_fmts=fltp:sample_rates=${rendition.sampleRate}:channel_layouts=${layoutOf(rendition)}`

const silentInput = (rendition: AudioRendition): string[] => ['-f', 'lavfi', '-i', `anullsrc=r=${rendition.sampleRate}:cl=${layoutOf(rendition)}`]

/** As for pictures: -ss counts from ffmpeg's own start time, -itsoffset takes the origin off every time stamp. */
function seekArgs(span: AudioSpan, frames: AudioFrames): string[] {
  const { rendition } = span
  const origin = rendition.originSeconds ?? 0
  const wanted = readingStart(span, frames)
  const seek = wanted + origin - (rendition.source?.formatStartSeconds ?? origin)
  return ['-copyts', '-itsoffset', (-origin).toFixed(6), ...(wanted > 0 && seek > 0 ? ['-noaccurate_seek', '-ss', seek.toFixed(6)] : [])]
}

const runUpSeconds = ({ rendition, mode }: AudioSpan): number => (mode === 'normal' ? (rendition.source?.prerollSeconds ?? 12) : longPrerollSeconds)

/** When reading should begin, in seconds after the origin; it may be negative. */
const readingStart = (span: AudioSpan, frames: AudioFrames): number => anchorSeconds(span, frames) - runUpSeconds(span)

/** From where samples are resampled. After damage or in a gap it is earlier, so that time stamps before the span count. */
function anchorSeconds(span: AudioSpan, frames: AudioFrames): number {
  const start = startSample(span.rendition, frames) / span.rendition.grid.timescale
  const earlier = span.mode === 'normal' ? 0 : longPrerollSeconds / 2
  const at = Math.floor(start / phaseSeconds - earlier / phaseSeconds + 1e-9)
  return Math.max(Math.min(0, Math.floor(start / phaseSeconds)), at) * phaseSeconds
}

/**
 * Samples are placed by time stamps: at the anchor by cutting, in gaps of more than 0.1 s by silence. In front of them
 * silence is put only before the track's own start, or where that was asked for: elsewhere a seek that landed late must
 * show in the count. All this at the source's rate, so that what is resampled begins at the anchor to the sample.
 */
function filters(span: AudioSpan, frames: AudioFrames): string {
  const { rendition, mode } = span
  const anchor = anchorSeconds(span, frames)
  const isIndexed = (rendition.source?.prerollSeconds ?? 12) <= 1
  const startsLater = anchor <= (rendition.source?.startSeconds ?? 0) + decoderRunUpSeconds
  // An index leads before the span: what isn't there half a minute before it is a gap.
  const mayPad = anchor <= 0 || startsLater || mode === 'fill' || (mode === 'long-preroll' && isIndexed)
  const firstPts = mayPad ? `:first_pts=${Math.round(anchor * (rendition.source?.sampleRate ?? rendition.sampleRate))}` : ''
  return [
    'aformat=sample_fmts=fltp', ...steadyTimes(rendition),
    ...(anchor > 0 ? [`atrim=start=${anchor.toFixed(6)}`] : []),
    `aresample=async=1:min_comp=0.00001:min_hard_comp=0.1${firstPts}`,
    // Normalised: all channels at full scale together still fit.
    `aresample=${rendition.sampleRate}:rematrix_maxval=1`, formatOf(rendition),
    ...(mode === 'fill' ? ['apad'] : padded(rendition, frames)),
    trimmed(rendition, frames, 'pts'),
  ].join(',')
}

/**
 * Containers with clocks of a millisecond say where a packet is to half of one, and no more about the first one. Where
 * packets have one length, the place that counting from the first one gives is the nearest to what is said.
 */
function steadyTimes({ source }: AudioRendition): string[] {
  const packets = source?.packets
  if (!packets) return []
  const firstEnd = Math.round(packets.firstEndSeconds * source.sampleRate)
  const counted = `${firstEnd}+round((PTS+NB_SAMPLES-${firstEnd})/${packets.samples})*${packets.samples}-NB_SAMPLES`
  return [`asettb=1/sr,asetpts='st(0,${counted});if(lte(abs(ld(0)-PTS),${clockSeconds}*SR),ld(0),PTS)'`]
}

/** Silence after the track's end: as much as is missing there, and what the container may be off by. */
function padded(rendition: AudioRendition, frames: AudioFrames): string[] {
  const { grid } = rendition
  const roundingFrames = Math.round((roundingSeconds * grid.timescale) / grid.frameTicks)
  const missing = soughtEnd(rendition, frames) - (rendition.sourceFrames ?? grid.frames)
  return missing > -roundingFrames ? [`apad=pad_len=${(Math.max(0, missing) + roundingFrames) * grid.frameTicks}`] : []
}

/** The frames' samples; by their number where there are no time stamps that mean anything. */
function trimmed(rendition: AudioRendition, frames: AudioFrames, by: 'pts' | 'sample' = 'sample'): string {
  const start = startSample(rendition, frames)
  const end = endSample(rendition, frames)
  return by === 'pts' ? `atrim=start_pts=${start}:end_pts=${end}` : `atrim=end_sample=${end - start}`
}
