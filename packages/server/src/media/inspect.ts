/** Finds out what a source is, by range reads, trusting nothing that it claims. */
import { alignOrigin } from './align-origin.ts'
import { decodeFirst, type Decodable } from './first-frames.ts'
import { decideRate } from './frame-rate.ts'
import { guessInspection } from './guess.ts'
import type { InspectedAudio, InspectedVideo, Inspection } from './inspection.ts'
import { NotSeekable } from './make-seekable.ts'
import { measureEnds } from './measure-ends.ts'
import { alphaDecoderOf, describePicture } from './picture.ts'
import { probeFile, readPackets, seconds, type Packet, type ProbeContext, type ProbedFrame, type ProbedStream } from './probe.ts'
import { MediaRefused, ranOutOfMemory, refusalOf } from './refuse.ts'
import { MediaRunError } from './run.ts'
import { pickAudio, pickVideos } from './pick-streams.ts'
import type { MediaTools } from './tools.ts'

/** Demuxers that seek by an index, to the picture. The others land late or read everything on the way. */
const indexed = /^(?:mov|matroska|mxf|wav|flac|gif|dv)/
/** Of the others, those whose header holds a length: that of a transport stream is a guess from its ends. */
const honest = /^(?:avi|flv|asf)/
/** Less than this off the claimed end is rounding. */
const shortfallSeconds = 1.5

export type InspectOptions = {
  sizeBytes: number
  maxDurationSeconds: number
  signal?: AbortSignal
  /** Told what a plain file says of itself, as soon as it is known and before anything was checked. */
  onGuess?: (guess: Inspection) => void
  /** Throw NotSeekable at once where chunks would be slow to reach; described as it is by default. */
  mustSeek?: boolean
  /** What the file claimed that this is a copy of. */
  claimedSeconds?: number
  /** ffmpeg's decoders, of which an alpha channel may need one; all that are known when absent. */
  decoders?: ReadonlySet<string>
}

/** Throws MediaRefused for what can't be played; MediaRunError where the source can't be reached (retry); NotSeekable. */
export async function inspectSource(tools: MediaTools, url: string, options: InspectOptions): Promise<Inspection> {
  if (options.sizeBytes === 0) throw new MediaRefused('not_media', 'It is empty.')
  const context: ProbeContext = { tools, url, sizeBytes: options.sizeBytes, signal: options.signal }
  const { format, streams: probed, packets, warnings: said } = await probeFile(context).catch((error: unknown) => {
    throw refusalOf(error) ?? error
  })
  if (ranOutOfMemory(said)) throw new MediaRefused('limits', 'It asks for more memory than a file of its size may.')
  const streams = options.decoders ? probed.map((stream) => withoutAlphaTag(stream, options.decoders!)) : probed
  const guess = options.onGuess && guessInspection(format, streams)
  if (guess) options.onGuess!(guess)
  const formatStart = seconds(format.start_time) ?? 0
  const claimed = seconds(format.duration)
  const claimedEnd = claimed === undefined ? undefined : claimedEndOfFile(format.format_name, formatStart, claimed)
  const startOf = (stream: ProbedStream) => seconds(stream.start_time) ?? formatStart
  const videos = pickVideos(streams)
  const container = format.format_name ?? ''
  const seekable = indexed.test(container) && claimed !== undefined
  if (options.mustSeek && !seekable && videos.length > 0) throw new NotSeekable(container, honest.test(container) ? claimed : undefined)
  // All at once: each waits for the store more than for a processor.
  const [decoded, measured, timed] = await Promise.allSettled([
    decodeFirst(context, { streams, videos, audio: pickAudio(streams), said, startSeconds: formatStart, claimedSeconds: claimed }),
    measureEnds(context, {
      streams: [...videos.slice(0, 1), ...pickAudio(streams)].map((stream) => ({
        index: stream.index,
        startSeconds: startOf(stream),
        claimedEndSeconds: claimedEndOf(stream, startOf(stream)),
      })),
      claimedEndSeconds: claimedEnd,
      sizeBytes: options.sizeBytes,
      mostSeconds: options.maxDurationSeconds,
    }),
    videos[0] ? (firstTimesOf(packets, videos[0].index) ?? readTimes(context, videos[0].index)) : [],
  ])
  const { video, audio: audioStreams } = settled(decoded)
  const ends = settled(measured)
  const earliestKnown = Math.min(...[...videos.slice(0, 1), ...pickAudio(streams)].map(startOf))
  if (ends.size > 0) assertLength(Math.max(...ends.values()) - earliestKnown, options.maxDurationSeconds)
  if (!video && audioStreams.length === 0) throw new MediaRefused('no_streams')
  const kept = [...(video ? [video.stream] : []), ...audioStreams]
  if (video && !ends.has(video.stream.index)) throw new MediaRefused('damaged')
  const firstTimes = video && (video.stream === videos[0] ? settled(timed) : await readTimes(context, video.stream.index))
  const timing = video && (await timeVideo(context, video, firstTimes!, startOf(video.stream), claimed))
  const earliest = Math.min(...kept.map(startOf))
  // The picture's phase goes before the sound's: sound can be shifted by samples, pictures only by whole frames.
  const origin = video && timing ? alignOrigin(earliest, startOf(video.stream), timing.rate) : earliest

  const inspectedVideo: InspectedVideo | undefined = video && timing && {
    streamIndex: video.stream.index,
    codec: video.stream.codec_name ?? 'unknown',
    startSeconds: Math.max(0, (shownAt(video.frames[0]!) ?? startOf(video.stream)) - origin),
    endSeconds: ends.get(video.stream.index)! - origin,
    ...describePicture(video.stream, video.frames),
    rate: timing.rate,
    isVariableRate: timing.isVariable,
  }
  const audio = audioStreams.filter((stream) => ends.has(stream.index)).map((stream): InspectedAudio => ({
    streamIndex: stream.index,
    codec: stream.codec_name ?? 'unknown',
    channels: stream.channels!,
    sampleRate: Number(stream.sample_rate),
    language: languageOf(stream),
    title: (stream.tags?.title ?? '').trim().slice(0, 100),
    isDefault: stream.disposition?.default === 1,
    startSeconds: startOf(stream) - origin,
    endSeconds: ends.get(stream.index)! - origin,
    packets: stream.packets && { ...stream.packets, firstEndSeconds: stream.packets.firstEndSeconds - origin },
  })).filter((one) => one.endSeconds > 0)
  if (!inspectedVideo && audio.length === 0) throw new MediaRefused('damaged')
  const durationSeconds = Math.max(...[inspectedVideo, ...audio].filter((one) => one !== undefined).map((one) => one.endSeconds))
  assertLength(durationSeconds, options.maxDurationSeconds)
  const claimedLength = options.claimedSeconds ?? (claimedEnd === undefined ? undefined : claimedEnd - origin)
  return {
    container,
    originSeconds: origin,
    formatStartSeconds: formatStart,
    seekable,
    durationSeconds,
    ...(inspectedVideo && { video: inspectedVideo }),
    audio,
    warnings: warningsOf(streams, audio, claimedLength, durationSeconds),
  }
}

/** Where nothing here decodes an alpha channel the picture is taken as it is. */
function withoutAlphaTag(stream: ProbedStream, decoders: ReadonlySet<string>): ProbedStream {
  const decoder = alphaDecoderOf(stream)
  return decoder && !decoders.has(decoder) ? { ...stream, tags: { ...stream.tags, alpha_mode: '0' } } : stream
}

function assertLength(durationSeconds: number, mostSeconds: number): void {
  if (durationSeconds <= mostSeconds) return
  throw new MediaRefused('limits', `It is ${describeTime(durationSeconds)} long; the longest accepted is ${describeTime(mostSeconds)}.`)
}

/** What gave no answer within bounds is refused; other errors may be the store's. */
function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason instanceof MediaRunError && result.reason.reason !== 'exit' ? (refusalOf(result.reason) ?? result.reason) : result.reason
  return result.value
}

/** Decides by the times of the first pictures; where they are uneven, also of some further on. */
async function timeVideo(context: ProbeContext, { stream, frames }: Decodable, firstTimes: number[], start: number, claimed: number | undefined) {
  const interlaced = frames.filter((frame) => frame.interlaced_frame === 1).length * 2 > frames.length
  const averageRate = fraction(stream.avg_frame_rate)
  const runs = [firstTimes]
  let decided = decideRate({ runs, averageRate, interlaced })
  if (decided.isVariable && claimed !== undefined && claimed > 20) {
    for (const share of [1 / 3, 2 / 3]) runs.push(await readTimes(context, stream.index, start + claimed * share))
    decided = decideRate({ runs, averageRate, interlaced })
  }
  return decided
}

/** Of the packets that were met already; undefined where they are too few to tell: a short file, or sound far before the picture. */
function firstTimesOf(packets: Packet[], streamIndex: number): number[] | undefined {
  const times = packets.flatMap((packet) => (packet.streamIndex === streamIndex && packet.isShown && packet.pts !== undefined ? [packet.pts] : []))
  return times.length >= timesWanted / 2 ? settledOrder(times.slice(0, timesWanted)) : undefined
}

async function readTimes(context: ProbeContext, streamIndex: number, fromSeconds?: number): Promise<number[]> {
  const times: number[] = []
  await readPackets(context, { streamIndex, fromSeconds, count: timesWanted }, ({ pts, isShown }) => {
    if (pts !== undefined && isShown) times.push(pts)
  })
  return times.length >= timesWanted ? settledOrder(times) : times.sort((a, b) => a - b)
}

const timesWanted = 300

/** Later pictures may be shown before the last ones read: the end, where order is not settled, is left out. */
const settledOrder = (times: number[]): number[] => times.sort((a, b) => a - b).slice(0, -20)

/** Matroska's duration counts from zero, also where the first picture comes at hours; the others' from the start. */
const claimedEndOfFile = (container: string | undefined, start: number, duration: number): number =>
  container?.startsWith('matroska') && duration > start ? duration : start + duration

const shownAt = (frame: ProbedFrame) => seconds(frame.best_effort_timestamp_time) ?? seconds(frame.pts_time)

function claimedEndOf(stream: ProbedStream, start: number): number | undefined {
  const duration = seconds(stream.duration)
  return duration === undefined ? undefined : start + duration
}

function fraction(text: string | undefined): number | undefined {
  const [num, den] = (text ?? '').split('/').map(Number)
  return num && den ? num / den : undefined
}

function languageOf(stream: ProbedStream): string {
  const tag = stream.tags?.language ?? ''
  try {
    return /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag) ? (Intl.getCanonicalLocales(tag)[0] ?? 'und') : 'und'
  } catch {
    return 'und'
  }
}

function warningsOf(streams: ProbedStream[], audio: InspectedAudio[], claimedEnd: number | undefined, durationSeconds: number): Inspection['warnings'] {
  const warnings: Inspection['warnings'] = []
  if (claimedEnd !== undefined && claimedEnd - durationSeconds > shortfallSeconds) {
    warnings.push({ code: 'truncated', message: `The file claims ${describeTime(claimedEnd)}, but only ${describeTime(durationSeconds)} are there: the upload or the recording was cut short.` })
  }
  const left = pickAudio(streams).length - audio.length
  if (left > 0) warnings.push({ code: 'unsupported', message: `${left} audio track${left > 1 ? 's' : ''} could not be decoded and ${left > 1 ? 'were' : 'was'} left out.` })
  return warnings
}

/** 1:02:03, or 9 s. */
function describeTime(wholeSeconds: number): string {
  const s = Math.round(wholeSeconds)
  if (s < 60) return `${s} s`
  const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60]
  return (parts[0] ? parts : parts.slice(1)).map((part, index) => (index ? String(part).padStart(2, '0') : part)).join(':')
}
