/** The quality that renditions aim at, and the CRF that reaches it. Pure. */
import type { VideoDraft } from './plan.ts'

/** Mean SSIM of the luma (against the source at the rendition's size) beyond which more bits are not seen: 0.98 is 17 dB. */
export const transparentDecibels = 17
/** What is made before its video was sampled: the quality of a usual table's bit rates or better in 8 of 9 clips (docs/decisions/0016). */
export const defaultCrf = 21
/** What samples are encoded with. */
export const sampleCrf = 23

/** 0.99 is 20 dB; beyond six nines it is taken for lossless. */
export const decibelsOf = (ssim: number): number => -10 * Math.log10(Math.max(1e-6, 1 - ssim))

/** Decibels that one step of CRF costs: 0.43 to 0.75 were seen. Few where quality is to rise and many where it may fall, so that neither ends below the target. */
const decibelsPerStep = { rising: 0.5, falling: 0.65 }
/** Samples are few: what they promise may be off by this. */
export const marginDecibels = 0.3
const [lowestCrf, highestCrf] = [16, 28]

/** The CRF that reaches the target, from the mean SSIM of a sample at `sampleCrf`. In half steps. */
export function crfFor(ssim: number): number {
  const spare = decibelsOf(ssim) - transparentDecibels - marginDecibels
  const crf = sampleCrf + spare / (spare < 0 ? decibelsPerStep.rising : decibelsPerStep.falling)
  return Math.min(highestCrf, Math.max(lowestCrf, Math.floor(crf * 2) / 2))
}

/** What sampling a video found: the CRF of each rendition, by id. Stored once, used by all encodes from then on. */
export type Tuning = { crf: Record<string, number> }

/** Larger ones are not sampled, which would cost more than it saves: at one CRF they have the better SSIM. */
const sampledPixels = 1920 * 1080 * 1.1

/** The renditions to sample; the smallest alone where all are large. */
export const sampledRenditions = <T extends VideoDraft>(renditions: T[]): T[] => {
  const small = renditions.filter(({ width, height }) => width * height <= sampledPixels)
  return small.length > 0 ? small : renditions.slice(0, 1)
}

/** By rendition id, from the SSIM of those that were sampled; the others take the CRF of the largest sampled one. Empty without any. */
export function tuningOf(renditions: VideoDraft[], ssim: ReadonlyMap<string, number>): Tuning {
  const crf: Tuning['crf'] = {}
  let last: number | undefined
  for (const { id } of renditions.toSorted((a, b) => a.width * a.height - b.width * b.height)) {
    const found = ssim.get(id)
    last = found === undefined ? last : crfFor(found)
    if (last !== undefined) crf[id] = last
  }
  return { crf }
}
