/** Further codecs beside the H.264 ladder: what is planned of one, and what is the ladder and what not. Pure. */
import type { Plan, Tier, VideoDraft, VideoRendition } from './plan.ts'
import { rateOf } from './rate.ts'

/** The renditions that everything plays, and that a viewer may wait for. */
export const ladderOf = (plan: Plan): VideoRendition[] => (plan.video?.renditions ?? []).filter(({ codec }) => codec === 'h264')
/** The renditions of further codecs, never made just in time. */
export const tierOf = (plan: Plan): VideoRendition[] => (plan.video?.renditions ?? []).filter(({ codec }) => codec !== 'h264')

/** The plan with a tier's renditions behind its own. */
export const withTier = (plan: Plan, { renditions }: Tier): Plan =>
  plan.video ? { ...plan, video: { ...plan.video, renditions: [...plan.video.renditions, ...renditions] } } : plan

/**
 * CRF 23 of x264 veryfast and 42 of SVT-AV1 at preset 8 have the same SSIM, and a step of x264's is about three of SVT's
 * (docs/decisions/0018).
 */
const crfOf = (x264Crf: number): number => Math.max(20, Math.min(58, Math.round(42 + 3 * (x264Crf - 23))))
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

/** Pixels a second of processor time, decode included, at that preset (docs/decisions/0018). */
const encodePixelRate = 7e6

/** What encoding a tier is expected to take, in seconds of processor time. */
export const predictedCpuSeconds = (plan: Plan): number =>
  ladderOf(plan).reduce((sum, { width, height, rate }) => sum + (width * height * rateOf(rate) * plan.durationSeconds) / encodePixelRate, 0)
