/** For tests: encodes pieces of a sound track as an encoder does, and decodes what came out. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { segmentCount } from '../../src/domain/grid.ts'
import type { AudioCodec, AudioRendition, Plan } from '../../src/domain/plan.ts'
import { draftOpus } from '../../src/domain/tier.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import { encodeAudioSpan, type AudioSegment } from '../../src/media/encode-audio.ts'
import { makeAudioInit } from '../../src/media/init.ts'
import { tools } from './encode-clip.ts'

export type Track = { plan: Plan; rendition: AudioRendition; url: string }

export const soundCodecNames = ['aac', 'opus'] as const satisfies AudioCodec[]

/** A track of the plan in that codec, with its init segment. */
export function soundAs(codec: AudioCodec, plan: Plan, track = 0): { rendition: AudioRendition; init: Buffer } {
  const draft = codec === 'opus' ? draftOpus(plan)[track]! : plan.audio[track]!
  const { bytes, codecs } = makeAudioInit(draft)
  return { rendition: { ...draft, codecs }, init: bytes }
}

/** Segments [from, to), all by default; a longer run-up where the normal one did not do. */
export async function encodeTrack(track: Track, from = 0, to = segmentCount(track.rendition.grid, 'audio')): Promise<AudioSegment[]> {
  try {
    return await encodeAudioSpan(tools, { ...track, from, to, mode: 'normal' })
  } catch (error) {
    if (!(error instanceof SpanMismatch)) throw error
    return encodeAudioSpan(tools, { ...track, from, to, mode: 'long-preroll' })
  }
}

/** The whole track from pieces of one segment and of several, in turn, each by an encoder of its own. */
export async function encodeMixed(track: Track): Promise<AudioSegment[]> {
  const count = segmentCount(track.rendition.grid, 'audio')
  const segments: AudioSegment[] = []
  for (let length = 1; segments.length < count; length = 3 - length) {
    segments.push(...(await encodeTrack(track, segments.length, Math.min(count, segments.length + length))))
  }
  return segments
}

/** Samples of all channels in turn, full scale 1, from the first segment on. */
export function decodeTrack(directory: string, init: Buffer, segments: AudioSegment[]): Float32Array {
  const path = join(directory, 'track.mp4')
  writeFileSync(path, Buffer.concat([init, ...segments.map(({ bytes }) => bytes)]))
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-f', 'f32le', '-'], { maxBuffer: 2 ** 30 })
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

/** How far b is from a, in decibels of a. */
export function distanceDb(a: Float32Array, b: Float32Array): number {
  let energy = 1e-12
  let error = 1e-12
  for (let at = 0; at < a.length; at++) {
    energy += a[at]! ** 2
    error += (a[at]! - b[at]!) ** 2
  }
  return 10 * Math.log10(error / energy)
}

/** Root mean square between two times of a track with so many channels at 48 kHz. */
export function loudness(samples: Float32Array, channels: number, fromSeconds: number, toSeconds: number): number {
  const part = samples.subarray(Math.round(fromSeconds * 48_000) * channels, Math.round(toSeconds * 48_000) * channels)
  return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length)
}
