/** A video, as its document holds it: the truth about where it stands. */

import type { Caption, PosterCandidate, Storyboard } from './extras.ts'

export type VideoState = 'awaiting-upload' | 'inspecting' | 'playable' | 'ready' | 'failed'
export type Visibility = 'public' | 'unlisted' | 'private'

/** Why a video can't be played: a stable code, and a sentence for a person. */
export type Failure = { code: string; message: string }

export type Video = {
  id: string
  accountId: string
  title: string
  description: string
  visibility: Visibility
  state: VideoState
  failure?: Failure
  /** Which task gave up and what the tools said of it, without URLs: for the owner and administrators. */
  failureDetail?: string
  /** How often it was tried again after it had failed. */
  retries?: number
  /** Something the owner should know although it plays (a truncated source…). */
  warnings: Failure[]
  /** Milliseconds since the epoch. */
  createdAt: number
  completedAt?: number
  playableAt?: number
  readyAt?: number
  uploadId: string
  source: { key: string; fileName: string; sizeBytes: number }
  /**
   * The source can't be sought in: a copy that can be is made before it is planned. `share` of it is done, 0…1; `copy`: where
   * it is; `failed`: there is none, the source is read as it is. `claimedSeconds`: the length that the source claims.
   */
  remux?: { share: number; copy?: { key: string; sizeBytes: number }; failed?: boolean; claimedSeconds?: number }
  /** 0…1: the share of slots that are filled. */
  progress: number
  /** Known once the plan is fixed. */
  durationSeconds?: number
  width?: number
  height?: number
  frameRate?: number
  /** The live encode revision, and its highest manifest version. Absent before the plan. */
  revision?: string
  manifestVersion?: number
  /** Rendition ids that are complete. */
  completeRenditions: string[]
  /** The rendition that is encoded first and that players start with. */
  startRendition?: string
  posterKey?: string
  /** The owner chose it among the candidates. */
  posterChosen?: boolean
  storyboard?: Storyboard
  /** Mean SSIM of the luma against the source at its size, by rendition id, of those that were measured. */
  quality?: Record<string, number>
  /** Of the default track; null where nothing is to be heard. Absent until it was measured. */
  loudness?: Loudness | null
  posterCandidates?: PosterCandidate[]
  captions?: Caption[]
  /** The source's own texts were looked for, and speech was listened to: nothing more is to be expected. */
  textsRead?: boolean
  transcribed?: boolean
  /** Inspections that failed for another reason than the file's own, until there is a plan. */
  failedAttempts?: number
  /** Its owner lets everybody who may watch it take it away as a file. */
  downloadable?: boolean
  /** A tombstone: gone for everyone, swept once more a day later. */
  deletedAt?: number
}

/** A manifest version: what it lists. Stored once; DASH and HLS are written from it and the plan. */
export type ManifestVersion = {
  version: number
  createdAt: number
  renditionIds: string[]
  /** By rendition id, of those that were complete when this version was made. */
  rates?: Record<string, MeasuredRate>
  /** Behind this nothing of the source could be decoded: players end there, before the plan's end (DESIGN §2.5). */
  endsAtSeconds?: number
  captions?: Caption[]
}

/** Peak as RFC 8216 §4.3.4.2 defines it (contiguous segments of 0.5 to 1.5 target durations), and average, in bits per second. */
export type MeasuredRate = { peakBitsPerSecond: number; averageBitsPerSecond: number }

/** EBU R 128: integrated loudness, and the highest true peak of any channel. */
export type Loudness = { integratedLufs: number; truePeakDbtp: number }

/** The states in which nothing more will happen by itself. */
export const isFinal = (video: Video): boolean => video.deletedAt !== undefined || video.state === 'ready' || video.state === 'failed'

/** It can be watched, as far as it is encoded. */
export const hasStarted = ({ state }: Pick<Video, 'state'>): boolean => state === 'playable' || state === 'ready'

/** A tombstone: to everyone it is as if it had never been. */
export const isGone = (video: Video): boolean => video.deletedAt !== undefined
