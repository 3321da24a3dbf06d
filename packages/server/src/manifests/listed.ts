/** What a manifest version lists, in the order it is listed in, and the bit rates it declares. Pure. */
import type { AudioRendition, Plan, VideoRendition } from '../domain/plan.ts'
import type { ManifestVersion } from '../domain/video.ts'

export type Listed = {
  /** The ladder, then tiers; of each the lowest bit rate first: the first listed is the one that is encoded first and that players start with (DESIGN §1). */
  video: VideoRendition[]
  /** AAC, then tiers; of each the default track first, then as in the plan. */
  audio: AudioRendition[]
}

/** One list a codec, in the order in which codecs appear in the plan: what everything plays, then tiers. */
export const byCodec = <R extends VideoRendition | AudioRendition>(renditions: R[]): R[][] => [...Map.groupBy(renditions, ({ codec }) => codec).values()]

/** The cap of 240p: a line that can't carry it carries little else. */
const anyLineBitsPerSecond = 350_000

/** Without those below a picture that every line carries (a screen recording's 1080p may be one), but for the first. By size. */
function withoutPointless(video: VideoRendition[], { rates }: ManifestVersion): VideoRendition[] {
  const carried = video.findLastIndex(({ id }) => (rates?.[id]?.peakBitsPerSecond ?? Infinity) <= anyLineBitsPerSecond)
  return video.filter((_, index) => index === 0 || index >= carried)
}

/** The renditions of a manifest version but for pointless ones; throws when it names one that the plan does not have. */
export function listedRenditions(plan: Plan, manifest: ManifestVersion): Listed {
  const wanted = new Set(manifest.renditionIds)
  const video = (plan.video?.renditions ?? []).filter((rendition) => wanted.delete(rendition.id))
  const audio = plan.audio.filter((rendition) => wanted.delete(rendition.id))
  if (wanted.size > 0) throw new Error(`the plan ${plan.videoId}/${plan.revision} has no rendition ${[...wanted].join(', ')}`)
  return {
    video: byCodec(video).flatMap((one) => withoutPointless(one.sort((a, b) => a.capBitsPerSecond - b.capBitsPerSecond), manifest)),
    audio: byCodec(audio).flatMap((one) => one.sort((a, b) => Number(b.isDefault) - Number(a.isDefault))),
  }
}

/**
 * With bufsize = maxrate a segment that is made on its own begins with a full buffer: 1.21 times the cap was measured for
 * 2 s of noise and 1.10 for 4 s (docs/decisions/0016). A tenth above what is declared is allowed; this leaves a margin.
 */
const peakPercent = 115

/** The peak bit rate to declare for a cap, in bits per second. */
export const peakBitsPerSecond = (capBitsPerSecond: number): number => Math.ceil((capBitsPerSecond * peakPercent) / 100)

/** The peak of a sound rendition: as measured, else from what its encoder was told. Bits per second. */
export const audioPeak = (rendition: AudioRendition, { rates }: ManifestVersion): number =>
  rates?.[rendition.id]?.peakBitsPerSecond ?? peakBitsPerSecond(rendition.bitsPerSecond)

/**
 * The peaks of listed pictures, in their order: as measured, else from the cap. Never less than that of a smaller
 * picture, since players take the larger rate for the better picture while some are measured and others not.
 */
export function videoPeaks(video: VideoRendition[], { rates }: ManifestVersion): number[] {
  let least = 0
  return video.map(({ id, capBitsPerSecond }) => (least = Math.max(least, rates?.[id]?.peakBitsPerSecond ?? peakBitsPerSecond(capBitsPerSecond))))
}
