/** Encodes a span of an audio track and commits it chunk by chunk: the step that openings, parts and single segments share. */
import { chunkOf, segmentCount } from '../../domain/grid.ts'
import type { AudioRendition, Plan } from '../../domain/plan.ts'
import type { AudioOptions, AudioSegment } from '../../media/encode-audio.ts'
import { readChunk } from '../../records/chunk.ts'
import { chunksPerPart } from './audio-parts.ts'
import { commitMade, type Made } from './commit-made.ts'
import type { EncodeDeps } from '../deps.ts'
import { attemptsBeforeFill } from './encode-pictures.ts'
import { isDecodingTrouble } from '../worker/errors.ts'
import { assertSourceReadable, sourceUrl } from '../plan/source-url.ts'

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
  const { filled, segments } = await encodeByModes(deps, { plan, rendition, url, from, to, nice, signal }, failedAttempts)
  const chunks = new Set(segments.map(({ number }) => chunkOf(grid, number)))
  for (const chunk of chunks) {
    const made = segments.filter(({ number }) => chunkOf(grid, number) === chunk)
    if (!(await commitMade(deps, plan, chunk, [madeOf(rendition.id, made)], { filled, signal }))) return false
  }
  return true
}

/** As for pictures: again at once with a longer run-up; silence for what is missing only in later attempts. */
async function encodeByModes(
  deps: EncodeDeps,
  options: Omit<AudioOptions, 'mode'>,
  failedAttempts: number,
): Promise<{ filled: boolean; segments: AudioSegment[] }> {
  const modes: AudioOptions['mode'][] = failedAttempts >= attemptsBeforeFill ? ['normal', 'long-preroll', 'fill'] : ['normal', 'long-preroll']
  for (const [index, mode] of modes.entries()) {
    try {
      return { filled: mode === 'fill', segments: await deps.media.encodeAudioSpan({ ...options, mode }) }
    } catch (error) {
      if (options.signal?.aborted || !isDecodingTrouble(error)) throw error
      await assertSourceReadable(deps, options.plan.source.key)
      if (index === modes.length - 1) throw error
      const { plan, rendition, from, to } = options
      deps.log.warn({ err: error, videoId: plan.videoId, renditionId: rendition.id, from, to, mode }, 'encoding did not give what the plan says')
    }
  }
  throw new Error('unreachable')
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
