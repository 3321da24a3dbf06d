/** Encodes a span of an audio track and commits it chunk by chunk: the step that openings, parts and single segments share. */
import { traced } from '../../base/tracer.ts'
import { chunkOf, chunkSegments, segmentCount } from '../../domain/grid.ts'
import type { AudioGrid, AudioRendition, Plan } from '../../domain/plan.ts'
import type { AudioSegment } from '../../media/encode-audio.ts'
import { readChunk } from '../../records/chunk.ts'
import { chunksPerPart } from './audio-parts.ts'
import { commitMade, type Made } from './commit-made.ts'
import type { EncodeDeps } from '../deps.ts'
import { attemptsBeforeFill, encodeByModes } from './encode-by-modes.ts'
import { sourceUrl } from '../plan/source-url.ts'

/** Segments [fromSegment, toSegment); all by default. */
export type Sound = { rendition: AudioRendition; fromSegment?: number; toSegment?: number; nice: number; signal: AbortSignal }

/** False when the revision is no longer live. Throws SpanMismatch, MediaRunError, SourceMissing, DriverUnavailable. */
export async function encodeSound(deps: EncodeDeps, plan: Plan, sound: Sound): Promise<boolean> {
  const { rendition, nice, signal } = sound
  const { grid } = rendition
  const from = sound.fromSegment ?? 0
  const to = Math.min(sound.toSegment ?? Infinity, segmentCount(grid, 'audio'))
  // Failures are counted where the part begins.
  const counted = Math.floor(chunkOf(grid, from) / chunksPerPart) * chunksPerPart
  const failedAttempts = (await readChunk(deps.documents, plan, rendition.id, counted))?.attempts ?? 0
  const url = await sourceUrl(deps, plan.source.key)
  // Where filling is allowed each chunk is encoded by itself, so that only those with a hole are filled, and marked.
  const spans = failedAttempts >= attemptsBeforeFill ? chunkSpans(grid, from, to) : [{ from, to }]
  for (const span of spans) {
    const named = { renditionId: rendition.id, ...span }
    const { filled, made: segments } = await traced(deps.tracer, 'encode sound', plan.videoId, { renditions: [rendition.id], ...span }, () =>
      encodeByModes(deps, { plan, failedAttempts, signal, named }, (mode) => deps.media.encodeAudioSpan({ plan, rendition, url, ...span, mode, nice, signal })),
    )
    for (const { from: first, to: end } of chunkSpans(grid, span.from, span.to)) {
      const made = segments.filter(({ number }) => number >= first && number < end)
      if (!(await commitMade(deps, plan, chunkOf(grid, first), [madeOf(rendition.id, made)], { filled, signal }))) return false
    }
  }
  return true
}

/** Segments [from, to), cut where chunks begin. */
function chunkSpans(grid: AudioGrid, from: number, to: number): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  for (let first = from; first < to; first = spans.at(-1)!.to) spans.push({ from: first, to: Math.min(to, chunkSegments(grid, 'audio', chunkOf(grid, first)).to) })
  return spans
}

/** The segments one after the other are the object. */
function madeOf(renditionId: string, made: AudioSegment[]): Made {
  let sizeBytes = 0
  const segments: Made['segments'] = []
  for (const { number, bytes, sha256 } of made) {
    segments.push({ number, offset: sizeBytes, length: bytes.byteLength, sha256 })
    sizeBytes += bytes.byteLength
  }
  return { renditionId, sizeBytes, body: () => Buffer.concat(made.map(({ bytes }) => bytes)), segments }
}
