/** How fast encoders are: what a measurement writes down, and what the plan reckons with when nothing was measured. */
import { readFileSync } from 'node:fs'
import { CommandFailure } from '../failure.ts'

/** Processor seconds are user + system of every process of the work; all but `opening` are per second of video. */
export type Speeds = {
  /** What was encoded where, for the reader. */
  of: string
  /** Cores of the encoder. */
  cores: number
  height: number
  framesPerSecond: number
  cpu: {
    /** Inspection, plan, and the first seconds of the lowest picture and the sound: once a video. */
    opening: number
    /** The whole H.264 ladder in one decode. */
    all: number
    /** Its part up to 480p. */
    base: number
    /** AV1 beside it, all sizes. */
    av1: number
    sound: number
  }
  /** Bits per second of video that are stored. */
  bits: { all: number; base: number; av1: number; sound: number }
}

/**
 * `sluice plan --measure` on one of the project's machines (2 × AMD EPYC, idle, ffmpeg 5.1.9, x264 veryfast, SVT-AV1 preset 8), the median of three,
 * with 13 s of trees in the wind at 1080p25: a hard picture. Talking heads and screens take half.
 */
export const referenceSpeeds: Speeds = {
  of: 'trees in the wind, 1080p25, on 2 × AMD EPYC with ffmpeg 5.1.9 (not measured here: --measure does)',
  cores: 2,
  height: 1080,
  framesPerSecond: 25,
  cpu: { opening: 3.17, all: 3.48, base: 0.953, av1: 25.8, sound: 0.033 },
  bits: { all: 10.69e6, base: 2.47e6, av1: 8.27e6, sound: 87e3 },
}

const isPositive = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** The speeds in a file that a measurement wrote, or CommandFailure 2. */
export function readSpeeds(path: string): Speeds {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new CommandFailure(`--speeds ${path}: ${(error as Error).message}`, 2)
  }
  const speeds = ((found as { speeds?: unknown } | null)?.speeds ?? found) as Speeds
  const numbers = [...Object.keys(referenceSpeeds.cpu).map((key) => speeds?.cpu?.[key as keyof Speeds['cpu']]), ...Object.keys(referenceSpeeds.bits).map((key) => speeds?.bits?.[key as keyof Speeds['bits']]), speeds?.cores, speeds?.height, speeds?.framesPerSecond]
  if (!numbers.every(isPositive) || speeds.cores < 1 || typeof speeds.of !== 'string') throw new CommandFailure(`--speeds ${path} is not what sluice plan --measure --json writes`, 2)
  return speeds
}
