/** Further codecs beside what everything plays: what is planned of one, and what belongs to which. Pure. */
import type { AudioCodec, AudioDraft, AudioGrid, AudioRendition, Plan, Tier, TierCodec, VideoCodec, VideoDraft, VideoRendition } from './plan.ts'
import { decibelsOf, marginDecibels, transparentDecibels } from './quality.ts'
import { rateOf } from './rate.ts'

export const tierCodecs = ['av1', 'opus'] as const satisfies TierCodec[]

/** The pictures that everything plays, and that a viewer may wait for. */
export const ladderOf = (plan: Plan): VideoRendition[] => (plan.video?.renditions ?? []).filter(({ codec }) => codec === 'h264')
/** The sound that everything plays. */
export const soundOf = (plan: Plan): AudioRendition[] => plan.audio.filter(isCommonSound)
export const isCommonSound = ({ codec }: { codec: AudioCodec | VideoCodec }): boolean => codec === 'aac'
/** The renditions of a further codec, never made just in time; none before it was decided. */
export const tierOf = (plan: Plan, tier: TierCodec): (VideoRendition | AudioRendition)[] =>
  [...(plan.video?.renditions ?? []), ...plan.audio].filter(({ codec }) => codec === tier)

/** Whether the plan has what a codec is for: a silent video gets no Opus. */
export const suits = (plan: Plan, codec: TierCodec): boolean => (codec === 'opus' ? soundOf(plan) : ladderOf(plan)).length > 0

/** The plan with a tier's renditions behind its own. */
export function withTier(plan: Plan, tier: Tier): Plan {
  if (tier.codec === 'opus') return { ...plan, audio: [...plan.audio, ...tier.renditions] }
  return plan.video ? { ...plan, video: { ...plan.video, renditions: [...plan.video.renditions, ...tier.renditions] } } : plan
}

const [lowestCrf, highestCrf] = [20, 58]
/**
 * Where samples begin: CRF 23 of x264 veryfast and 42 of SVT-AV1 at preset 8 have the same SSIM, and a step of x264's is about three of SVT's
 * (docs/decisions/0018).
 */
const crfOf = (x264Crf: number): number => Math.max(lowestCrf, Math.min(highestCrf, Math.round(42 + 3 * (x264Crf - 23))))
/** Decibels that one step of SVT's CRF costs: few where quality is to rise and many where it may fall (docs/decisions/0018). */
const decibelsPerStep = { rising: 0.12, falling: 0.25 }

/** The CRF that reaches the target, from the SSIM that a sample has at another. */
export function av1CrfFor(crf: number, ssim: number): number {
  const spare = decibelsOf(ssim) - transparentDecibels - marginDecibels
  const wanted = Math.floor(crf + spare / (spare < 0 ? decibelsPerStep.rising : decibelsPerStep.falling))
  return Math.max(lowestCrf, Math.min(highestCrf, wanted))
}

/** AV1 takes fewer bits for the same picture; the cap keeps its distance. */
const capShare = 0.7
/** Preset 10 takes half the time and saves 28 % of x264's bits; 8 saves 44 %. */
const preset = '8'

/** An AV1 rendition for every one of the ladder, so that it covers the whole range of sizes. */
export const draftAv1 = (plan: Plan): VideoDraft[] =>
  ladderOf(plan).map(({ codecs: _, parameterSetsSha256: __, ...rendition }) => ({
    ...rendition,
    id: rendition.id.replace(/^h264/, 'av1'),
    codec: 'av1',
    capBitsPerSecond: Math.round(rendition.capBitsPerSecond * capShare),
    settings: { crf: crfOf(rendition.settings.crf), preset, profile: 'main', level: 'auto' },
    predictedSpeed: 0,
  }))

/** By channels: the noise lies where the AAC's does, at three quarters of the bytes (docs/decisions/0028). */
const opusBitsPerSecond = [0, 80_000, 112_000]
/** 20 ms, the codec's usual frame, and 4 s of it, in samples at 48 kHz. */
const [opusFrameSamples, opusSegmentFrames] = [960, 200]

/** Opus for every track, over a grid of its own: as long as the AAC, to a frame. */
export const draftOpus = (plan: Plan): AudioDraft[] =>
  soundOf(plan).map(({ codecs: _, ...rendition }) => {
    const framesOf = (aacFrames: number) => Math.ceil((aacFrames * rendition.grid.frameTicks) / opusFrameSamples)
    const grid: AudioGrid = { ...rendition.grid, frameTicks: opusFrameSamples, frames: framesOf(rendition.grid.frames), segmentFrames: opusSegmentFrames }
    return {
      ...rendition,
      id: rendition.id.replace(/^aac/, 'opus'),
      codec: 'opus' as const,
      bitsPerSecond: opusBitsPerSecond[rendition.channels]!,
      grid,
      ...(rendition.sourceFrames !== undefined && { sourceFrames: framesOf(rendition.sourceFrames) }),
    }
  })

/** Pixels a second of processor time, decode included, at that preset (docs/decisions/0018). */
const encodePixelRate = 7e6
/** Times real time, decoding included, with one processor (docs/decisions/0028). */
const opusSpeed = 100

/** What encoding a tier is expected to take, in seconds of processor time. */
export function predictedCpuSeconds(plan: Plan, codec: TierCodec): number {
  if (codec === 'opus') return (soundOf(plan).length * plan.durationSeconds) / opusSpeed
  return ladderOf(plan).reduce((sum, { width, height, rate }) => sum + (width * height * rateOf(rate) * plan.durationSeconds) / encodePixelRate, 0)
}
