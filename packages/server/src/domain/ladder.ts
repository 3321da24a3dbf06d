/** The ladder: which H.264 renditions a picture gets, with size, rate, cap, level and predicted speed. Pure. */
import { levelOf, macroblocks } from './h264-level.ts'
import type { VideoDraft, VideoSource } from './plan.ts'
import { defaultCrf } from './quality.ts'
import { rateOf, type Rate } from './rate.ts'
import { halfRate } from './standard-rates.ts'

/** Short sides of the standard renditions, with the cap of a 16:9 picture at up to 30 frames a second, in bits per second. */
const rungs = [
  { side: 240, cap: 350_000 },
  { side: 360, cap: 750_000 },
  { side: 480, cap: 1_300_000 },
  { side: 720, cap: 2_800_000 },
  { side: 1080, cap: 5_200_000 },
  { side: 1440, cap: 10_000_000 },
  { side: 2160, cap: 20_000_000 },
] as const

const largestSide = rungs.at(-1)!.side
/** H.264 level 5.2 (Table A-1): macroblocks of a frame and a second. */
const largestFrame = 36_864
const largestThroughput = 2_073_600
/** 16 pixels are one macroblock; some decoders refuse less. */
const smallestSide = 16
/** 50/60 frames a second are kept from this short side up. */
const fullRateSide = 720
const even = (value: number): number => Math.max(smallestSide, Math.round(value / 2) * 2)

export type Ladder = {
  /** The rate of every grid frame: of the lowest rendition. */
  gridRate: Rate
  /** Ascending by size. */
  renditions: VideoDraft[]
}

/** What of a source the speed depends on. */
type Coded = Pick<VideoSource, 'codedWidth' | 'codedHeight' | 'prerollSeconds' | 'transfer'>

/** The renditions of a picture that is `width` × `height` as shown (even, square pixels), at `rate` (a standard one, at most 60). */
export function makeLadder(picture: { width: number; height: number; rate: Rate; source: Coded }, preset: string, cores = measuredCores): Ladder {
  const sizes = ladderSizes(picture.width, picture.height, rateOf(picture.rate))
  const isFast = rateOf(picture.rate) > 30
  const keepsRate = (size: Size) => !isFast || size.side >= fullRateSide
  const halved = sizes.some((size) => !keepsRate(size))
  const renditions = sizes.map((size) => {
    const rate = keepsRate(size) ? picture.rate : halfRate(picture.rate)
    const capBitsPerSecond = capOf(size.width * size.height, rateOf(rate))
    return {
      id: `h264-${size.side}p`,
      codec: 'h264' as const,
      width: size.width,
      height: size.height,
      rate,
      framesPerGridFrame: halved && keepsRate(size) ? 2 : 1,
      capBitsPerSecond,
      settings: { crf: defaultCrf, preset, profile: 'high', level: levelOf(size.width, size.height, rateOf(rate), capBitsPerSecond) },
      predictedSpeed: predictSpeed(picture.source, picture.rate, size, rate, preset, cores),
    }
  })
  return { gridRate: renditions[0]!.rate, renditions }
}

/** `side` names the rendition: the standard short side that it stands for, or its own. */
type Size = { side: number; width: number; height: number }

/**
 * Every standard short side below the source's, and the source itself. A source within 10 % of a standard side stands
 * for it. Sources over 2160 (or over what H.264 level 5.2 decodes) are scaled down to that.
 */
function ladderSizes(sourceWidth: number, sourceHeight: number, framesPerSecond: number): Size[] {
  const { width, height } = withinLevels(sourceWidth, sourceHeight, framesPerSecond)
  const short = Math.min(width, height)
  const standsFor = rungs.find((rung) => Math.abs(short / rung.side - 1) <= 0.1)
  const below = rungs.filter((rung) => rung.side < short && rung !== standsFor)
  const sizes = below.map(({ side }): Size => {
    const scale = side / short
    return width < height ? { side, width: side, height: even(height * scale) } : { side, width: even(width * scale), height: side }
  })
  return [...sizes, { side: standsFor?.side ?? short, width, height }]
}

function withinLevels(width: number, height: number, framesPerSecond: number): { width: number; height: number } {
  let scale = Math.min(1, largestSide / Math.min(width, height))
  for (;;) {
    const size = { width: even(width * scale), height: even(height * scale) }
    const mbs = macroblocks(size.width, size.height)
    const longest = Math.max(size.width, size.height) / 16
    if (mbs <= largestFrame && mbs * framesPerSecond <= largestThroughput && longest <= Math.sqrt(largestFrame * 8)) return size
    scale *= 0.98
  }
}

/** Between the rungs by pixels (interpolated in logarithms); a rate over 30 costs half as much again at 60. */
export function capOf(pixels: number, framesPerSecond: number): number {
  const points = rungs.map(({ side, cap }) => ({ x: Math.log((side * side * 16) / 9), y: Math.log(cap) }))
  const x = Math.log(pixels)
  const at = points.findIndex((point) => point.x >= x)
  const upper = Math.max(1, at < 0 ? points.length - 1 : at)
  const [a, b] = [points[upper - 1]!, points[upper]!]
  const cap = Math.exp(a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y)) * (1 + Math.max(0, framesPerSecond - 30) / 60)
  return Math.max(100_000, Math.round(cap / 10_000) * 10_000)
}

/** Pixels a second of an idle 2-core machine, measured (docs/decisions/0002-media.md): decoding and scaling, tone mapping, x264 by preset. */
const decodePixelRate = 350e6
const tonemapPixelRate = 60e6
const encodePixelRate: Record<string, number> = { ultrafast: 120e6, superfast: 80e6, veryfast: 55e6, faster: 38e6, fast: 30e6, medium: 24e6 }
/** Starting a process, opening the source, seeking. */
const overheadSeconds = 0.4

const measuredCores = 2
/** Each further core is taken for four fifths of one, and none beyond these: one short segment can't use more (docs/decisions/0019). */
const [furtherCoreShare, usefulCores] = [0.8, 8]
/** How much faster than the measured machine. */
const speedupOf = (cores: number): number => (cores < measuredCores ? cores : measuredCores + (Math.min(cores, usefulCores) - measuredCores) * furtherCoreShare) / measuredCores

/** Times real time, for one segment of 4 s made on its own: decode with its pre-roll, then scale and encode. */
function predictSpeed(source: Coded, sourceRate: Rate, size: Size, rate: Rate, preset: string, cores: number): number {
  const pixels = size.width * size.height
  const decodeSeconds = ((4 + source.prerollSeconds) * source.codedWidth * source.codedHeight * rateOf(sourceRate)) / decodePixelRate
  const encodeSeconds = (4 * pixels * rateOf(rate)) / (encodePixelRate[preset] ?? encodePixelRate['medium']!)
  const tonemapSeconds = source.transfer === 'sdr' ? 0 : (4 * pixels * rateOf(rate)) / tonemapPixelRate
  const workSeconds = (decodeSeconds + encodeSeconds + tonemapSeconds) / speedupOf(cores)
  return Math.round((4 / (overheadSeconds + workSeconds)) * 100) / 100
}

/** Below this a rendition is not listed before it is complete (DESIGN §1). */
export const listedSpeed = 1.5
