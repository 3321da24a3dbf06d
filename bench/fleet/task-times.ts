/** How long the work of an encoder takes in the simulation: the plan's measured speeds, and what was measured beside them. */
import { referenceSpeeds } from '../../packages/cli/src/plan/speeds.ts'
import { logNormal, type Random } from './draws.ts'

/** Processor time, and how many cores it keeps busy. */
export type Cost = { cpuSeconds: number; width: number }

const { cpu } = referenceSpeeds
/** Of x264 pictures, and decoding the source at 1080p25: the two that give the measured `base` (240p to 480p) and `all` (to 1080p). */
const megapixels = (width: number, height: number): number => (width * height) / 1e6
const basePixels = megapixels(426, 240) + megapixels(640, 360) + megapixels(854, 480)
const allPixels = basePixels + megapixels(1280, 720) + megapixels(1920, 1080)
const perMegapixel = (cpu.all - cpu.base) / (allPixels - basePixels)
const decoding = cpu.base - perMegapixel * basePixels
/** Starting ffmpeg and opening the source. */
const startSeconds = 0.1
/** Seek this much before a span. */
const prerollSeconds = 1
/** Share of its cores that a bulk run keeps busy, and cores of short runs: 4 s at 240p take 1.7 CPU s in 1.3 s, 4 s at 360p in the middle 3 in 1.9 (DESIGN §7). */
const [bulkShare, openingWidth, segmentWidth] = [0.9, 1.3, 1.6]

/** The words of the file: ffprobe. */
export const probe: Cost = { cpuSeconds: 0.15, width: 1 }
/** First pictures decoded, ends measured, time stamps read, side by side (decision 11). */
export const checks: Cost = { cpuSeconds: 0.35 + 0.13, width: 1.4 }
/** The opening's picture, 4 s of the lowest (decision 11). */
export const openingPicture: Cost = { cpuSeconds: 1.7, width: openingWidth }

/** A span of pictures: decoded once, with its run-up, and every size encoded. `threads` of a bulk run. */
export function pictures(sizes: { width: number; height: number }[], seconds: number, options: { isFirst: boolean; isBulk: boolean; cores: number }): Cost {
  const encoding = sizes.reduce((sum, { width, height }) => sum + perMegapixel * megapixels(width, height), 0)
  const decoded = decoding * (seconds + (options.isFirst ? 0 : prerollSeconds))
  return { cpuSeconds: startSeconds + decoded + encoding * seconds, width: options.isBulk ? options.cores * bulkShare : segmentWidth }
}

/** AAC, a track. */
export const sound = (seconds: number): Cost => ({ cpuSeconds: startSeconds + cpu.sound * seconds, width: 1 })
/** Opus (decision 28). */
export const opus = (seconds: number): Cost => ({ cpuSeconds: startSeconds + seconds / 100, width: 1 })

/** Two to five samples of 12 frames in all sizes (decision 16). */
export const samples = (seconds: number): Cost => ({ cpuSeconds: Math.min(5, Math.max(2, Math.ceil(seconds / 30))) * (startSeconds + (12 / 25) * cpu.all + prerollSeconds * decoding), width: 1.3 })
/** A segment of the source and of every rendition decoded and compared (decision 17); not measured: as much as decoding the source three times. */
export const comparison: Cost = { cpuSeconds: startSeconds + (4 * 3 + prerollSeconds) * decoding, width: 1.5 }
/** Not measured: a second or so of the source around a place each (decision 20). */
export const poster: Cost = { cpuSeconds: startSeconds + 1.2 * decoding, width: 1 }
export const posterCandidates: Cost = { cpuSeconds: 5 * poster.cpuSeconds, width: 1 }
/** Not measured: a key frame of 240p for every 4 s; decoding sound; a probe. */
export const storyboard = (seconds: number): Cost => ({ cpuSeconds: startSeconds + (seconds / 4) * 0.004, width: 1 })
export const loudness = (seconds: number): Cost => ({ cpuSeconds: startSeconds + seconds / 300, width: 1 })
export const texts: Cost = probe

/** Videos are harder or easier than the measured one, and the same work takes now more and now less. */
const [videoSpread, runSpread] = [0.35, 0.1]
export const drawDifficulty = (random: Random): number => logNormal(random, 1, videoSpread)
export const drawRun = (random: Random): number => logNormal(random, 1, runSpread)
