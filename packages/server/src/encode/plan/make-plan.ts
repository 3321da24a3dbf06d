/** Makes the plan of an encode revision from what inspection found. Pure. */
import { makeLadder } from '../../domain/ladder.ts'
import type { AudioDraft, AudioGrid, Eager, HardwareEncoder, Plan, PlanDraft, VideoDraft, VideoGrid, VideoSource } from '../../domain/plan.ts'
import { rateOf, type Rate } from '../../domain/rate.ts'
import type { InspectedVideo, Inspection } from '../../media/inspection.ts'

export type PlanOptions = {
  videoId: string
  revision: string
  source: Plan['source']
  /** x264 preset. */
  preset: string
  /** Processor cores of an encoder; the two of the machine that was measured when absent. */
  cores?: number
  /** Software when absent. */
  videoEncoder?: HardwareEncoder
  /** Which renditions are made without being asked for; all by default. */
  eager?: Eager
  /** checkTools().x264Build */
  encoderBuild: string
  now: number
}

const segmentSeconds = 4
const segmentsPerChunk = 8
/** A picture or sound that ends earlier by less than this ends there; else it is made as long as the other. */
const paddedDifferenceSeconds = 0.5
const audioSampleRate = 48_000
const aacFrameSamples = 1024
const aacSegmentFrames = 188
/** The most that a frame may have, without the tenth that a peak may be above it: twice what sound needs in the middle. */
const bitsPerSecondByChannels = [0, 96_000, 192_000]

/** Everything but what is read from the init segments. */
export function draftPlan(inspection: Inspection, options: PlanOptions): PlanDraft {
  const ends = [inspection.video, ...inspection.audio].filter((stream) => stream !== undefined).map((stream) => stream.endSeconds)
  const longest = Math.max(...ends)
  const coveredUntil = (endSeconds: number) => (longest - endSeconds < paddedDifferenceSeconds ? endSeconds : longest)
  const video = inspection.video && draftVideo(inspection, inspection.video, coveredUntil(inspection.video.endSeconds), options)
  return {
    videoId: options.videoId,
    revision: options.revision,
    createdAt: options.now,
    source: options.source,
    durationSeconds: longest,
    ...(video && { video }),
    audio: draftAudio(inspection, coveredUntil),
    ...(options.eager === 'base' && { eager: options.eager }),
    encoderBuild: options.encoderBuild,
  }
}

/** The plan, with the codec strings and parameter sets of the inits (by rendition id). */
export function finishPlan(draft: PlanDraft, inits: ReadonlyMap<string, { codecs: string; parameterSetsSha256: string }>): Plan {
  const initOf = (id: string) => {
    const init = inits.get(id)
    if (!init) throw new Error(`rendition ${id} has no init segment`)
    return { codecs: init.codecs, parameterSetsSha256: init.parameterSetsSha256 }
  }
  const { video, audio, ...rest } = draft
  return {
    ...rest,
    ...(video && { video: { ...video, renditions: video.renditions.map((one: VideoDraft) => ({ ...one, ...initOf(one.id) })) } }),
    audio: audio.map((one) => ({ ...one, codecs: initOf(one.id).codecs })),
  }
}

function draftVideo(inspection: Inspection, found: InspectedVideo, untilSeconds: number, options: PlanOptions): NonNullable<PlanDraft['video']> {
  const source: VideoSource = {
    streamIndex: found.streamIndex,
    originSeconds: inspection.originSeconds,
    formatStartSeconds: inspection.formatStartSeconds,
    startSeconds: found.startSeconds,
    prerollSeconds: inspection.seekable ? 1 : 12,
    codedWidth: found.codedWidth,
    codedHeight: found.codedHeight,
    width: found.width,
    height: found.height,
    rotationDegrees: found.rotationDegrees,
    interlaced: found.interlaced,
    transfer: found.transfer,
    matrix: found.matrix,
    fullRange: found.fullRange,
    pixelFormat: found.pixelFormat,
    ...(found.decoder && { decoder: found.decoder }),
  }
  const { gridRate, renditions } = makeLadder({ width: found.width, height: found.height, rate: found.rate, source }, options.preset, options.cores)
  const highest = Math.max(...renditions.map((one) => rateOf(one.rate)))
  source.sourceFrames = Math.max(1, Math.round(found.endSeconds * highest))
  const { videoEncoder: encoder } = options
  const made = encoder ? renditions.map((one) => ({ ...one, settings: { ...one.settings, encoder } })) : renditions
  return { source, grid: videoGrid(gridRate, untilSeconds), renditions: made }
}

/** The grid at that rate: even segments of about 4 s, and a timescale in which a frame and half a frame are whole ticks. */
export function videoGrid(rate: Rate, seconds: number): VideoGrid {
  let factor = 2
  while (rate.num * factor < 12_000) factor *= 2
  return {
    timescale: rate.num * factor,
    frameTicks: rate.den * factor,
    frames: Math.max(1, Math.round(seconds * rateOf(rate))),
    segmentFrames: 2 * Math.round((segmentSeconds / 2) * rateOf(rate)),
    segmentsPerChunk,
  }
}

/** AAC at 48 kHz; as many codec frames as the sound needs. */
export function audioGrid(seconds: number): AudioGrid {
  const frames = Math.max(1, Math.ceil((seconds * audioSampleRate) / aacFrameSamples - 1e-6))
  return { timescale: audioSampleRate, frameTicks: aacFrameSamples, frames, segmentFrames: aacSegmentFrames, segmentsPerChunk }
}

function draftAudio(inspection: Inspection, coveredUntil: (endSeconds: number) => number): AudioDraft[] {
  const hasDefault = inspection.audio.some((one) => one.isDefault)
  const labels = new Set<string>()
  let defaultSeen = false
  return inspection.audio.map((found, index) => {
    const channels = Math.min(2, found.channels)
    const isDefault = !defaultSeen && (hasDefault ? found.isDefault : index === 0)
    defaultSeen ||= isDefault
    return {
      id: `aac-${index + 1}`,
      codec: 'aac' as const,
      streamIndex: found.streamIndex,
      sampleRate: audioSampleRate,
      channels,
      bitsPerSecond: bitsPerSecondByChannels[channels]!,
      language: found.language,
      label: uniqueLabel(labels, found.title || languageName(found.language) || `Audio ${index + 1}`),
      isDefault,
      grid: audioGrid(coveredUntil(found.endSeconds)),
      originSeconds: inspection.originSeconds,
      sourceFrames: audioGrid(found.endSeconds).frames,
      source: {
        sampleRate: found.sampleRate,
        startSeconds: found.startSeconds,
        formatStartSeconds: inspection.formatStartSeconds,
        prerollSeconds: inspection.seekable ? 1 : 12,
        ...(found.packets && { packets: found.packets }),
      },
    }
  })
}

/** HLS wants the names in a group to differ (RFC 8216 §4.3.4.1.1). */
function uniqueLabel(taken: Set<string>, wanted: string): string {
  let label = wanted
  for (let n = 2; taken.has(label); n++) label = `${wanted} (${n})`
  taken.add(label)
  return label
}

const languageName = (language: string): string | undefined =>
  language === 'und' ? undefined : new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(language)
