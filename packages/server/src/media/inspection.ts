/** What inspection found in a source: the facts that the plan is made from. Types only. */
import type { MediaFailureCode } from '@sluice/contract'
import type { AlphaDecoder, SteadyPackets } from '../domain/plan.ts'
import type { Rate } from '../domain/rate.ts'

/** The chosen picture stream. Times are seconds after `Inspection.originSeconds`. */
export type InspectedVideo = {
  streamIndex: number
  codec: string
  startSeconds: number
  /** The end of the last picture that is really there. */
  endSeconds: number
  codedWidth: number
  codedHeight: number
  /** As shown: rotated, square pixels, even. */
  width: number
  height: number
  rotationDegrees: 0 | 90 | 180 | 270
  /** The constant rate that renditions are made at: a standard one, at most 60. */
  rate: Rate
  isVariableRate: boolean
  interlaced: boolean
  transfer: 'sdr' | 'pq' | 'hlg'
  /** swscale's name of the matrix: `bt709`, `smpte170m`, `bt2020`… */
  matrix: string
  fullRange: boolean
  pixelFormat: string
  decoder?: AlphaDecoder
}

export type InspectedAudio = {
  streamIndex: number
  codec: string
  channels: number
  sampleRate: number
  /** BCP 47, `und` when unknown. */
  language: string
  title: string
  isDefault: boolean
  startSeconds: number
  endSeconds: number
  packets?: SteadyPackets
}

export type Inspection = {
  /** ffmpeg's demuxer: `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string
  /** The earliest start of the kept streams: what a source timestamp has to lose. */
  originSeconds: number
  /** ffprobe's format.start_time, which -ss counts from. */
  formatStartSeconds: number
  /** False where seeking lands late or reads everything (no index, no duration, MPEG-TS). */
  seekable: boolean
  durationSeconds: number
  video?: InspectedVideo
  audio: InspectedAudio[]
  warnings: { code: MediaFailureCode; message: string }[]
}
