/** Encodes an audio track from its beginning and commits it chunk by chunk: the step that openings and whole passes share. */
import { chunkOf, segmentCount } from '../domain/grid.ts'
import type { AudioRendition, Plan } from '../domain/plan.ts'
import { readChunk } from '../records/chunk.ts'
import { commitMade, type Made } from './commit-made.ts'
import type { EncodeDeps } from './deps.ts'
import { attemptsBeforeFill } from './encode-pictures.ts'
import { assertSourceReadable, sourceUrl } from './source-url.ts'

export type Sound = { rendition: AudioRendition; toSegment?: number; nice: number; signal: AbortSignal; onCommit?: () => Promise<void> }

/**
 * Sound can't be taken up in the middle without a seam, so a repeated pass encodes everything again and stores only
 * chunks with empty slots. False when the revision is no longer live. Errors as encodePictures.
 */
export async function encodeSound(deps: EncodeDeps, plan: Plan, sound: Sound): Promise<boolean> {
  const { rendition, toSegment, nice, signal } = sound
  const failedAttempts = (await readChunk(deps.documents, plan, rendition.id, 0))?.attempts ?? 0
  const url = await sourceUrl(deps, plan.source.key)
  const mode = failedAttempts >= attemptsBeforeFill ? 'fill' : 'normal'
  const last = (toSegment ?? segmentCount(rendition.grid, 'audio')) - 1
  let gathered: Gathered[] = []
  let live = true
  try {
    for await (const segment of deps.media.encodeAudioTrack({ plan, rendition, url, toSegment, mode, nice, signal })) {
      gathered.push(segment)
      const chunk = chunkOf(rendition.grid, segment.number)
      if (segment.number !== last && chunkOf(rendition.grid, segment.number + 1) === chunk) continue
      live = await commitGathered(deps, plan, { rendition, chunk, filled: mode === 'fill', signal }, gathered)
      gathered = []
      if (!live) break
      await sound.onCommit?.()
    }
  } catch (error) {
    if (!signal.aborted) await assertSourceReadable(deps, plan.source.key)
    throw error
  }
  return live
}

type Gathered = { number: number; bytes: Uint8Array; sha256: string }
type Part = { rendition: AudioRendition; chunk: number; filled: boolean; signal: AbortSignal }

async function commitGathered(deps: EncodeDeps, plan: Plan, part: Part, gathered: Gathered[]): Promise<boolean> {
  const slots = (await readChunk(deps.documents, plan, part.rendition.id, part.chunk))?.slots[part.rendition.id]
  const first = part.chunk * part.rendition.grid.segmentsPerChunk
  const from = gathered.findIndex(({ number }) => !slots?.[number - first])
  if (from < 0) return true
  const wanted = gathered.slice(from)
  let offset = 0
  const segments: Made['segments'] = []
  for (const { number, bytes, sha256 } of wanted) {
    segments.push({ number, offset, length: bytes.byteLength, sha256 })
    offset += bytes.byteLength
  }
  const made: Made = { renditionId: part.rendition.id, sizeBytes: offset, body: () => Buffer.concat(wanted.map(({ bytes }) => bytes)), segments }
  return commitMade(deps, plan, part.chunk, [made], { filled: part.filled, signal: part.signal })
}
