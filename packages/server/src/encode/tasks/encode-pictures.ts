/** Encodes a span of video segments within one chunk and commits it: the step that openings, chunks and single segments share. */
import { createReadStream } from 'node:fs'
import type { Plan } from '../../domain/plan.ts'
import type { SpanOptions, SpanResult } from '../../media/encode-span.ts'
import { chunkOf, segmentAt } from '../../domain/grid.ts'
import { readChunk } from '../../records/chunk.ts'
import { threadBudget } from '../worker/budget.ts'
import { commitMade, type Made } from './commit-made.ts'
import type { EncodeDeps } from '../deps.ts'
import { isDecodingTrouble } from '../worker/errors.ts'
import { assertSourceReadable, sourceUrl } from '../plan/source-url.ts'
import { tunedPlan } from '../plan/tune.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

export type Pictures = { renditionIds: string[]; from: number; to: number; nice: number; signal: AbortSignal }

/** After so many failed attempts at a chunk, what can't be decoded is filled (DESIGN §2.5). */
export const attemptsBeforeFill = 2

/** False when the revision is no longer live. Throws SpanMismatch, MediaRunError, SourceMissing, DriverUnavailable. */
export async function encodePictures(deps: EncodeDeps, plan: Plan, pictures: Pictures): Promise<boolean> {
  const chunk = chunkOf(plan.video!.grid, pictures.from)
  const [url, tuned] = await Promise.all([sourceUrl(deps, plan.source.key), tunedPlan(deps, plan)])
  const failedAttempts = (await readChunk(deps.documents, plan, pictures.renditionIds[0]!, chunk))?.attempts ?? 0
  return withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const { filled, results } = await encodeByModes(deps, { plan: tuned, url, workDir, threads: threadBudget(pictures.nice, deps.limits.slots), ...pictures }, failedAttempts)
    return commitMade(deps, plan, chunk, results.map(madeOf), { filled, undecoded: filled ? await undecodedOf(deps, plan, url, pictures) : undefined, signal: pictures.signal })
  })
}

/** Commits a span that was encoded before: as encodePictures does. */
export function commitPictures(deps: EncodeDeps, plan: Plan, results: SpanResult[], signal: AbortSignal): Promise<boolean> {
  return commitMade(deps, plan, chunkOf(plan.video!.grid, results[0]!.segments[0]!.number), results.map(madeOf), { signal })
}

/** The stretch at the span's end for which the source has no picture at all; undefined where it has one to the end. */
async function undecodedOf(deps: EncodeDeps, plan: Plan, url: string, { from, to, signal }: Pictures) {
  const last = segmentAt(plan.video!.grid, 'video', to - 1)!
  const toFrame = last.startFrame + last.frames
  const fromFrame = Math.floor(await deps.media.decodedFrames({ plan, url, from, to, signal }))
  return fromFrame < toFrame ? { fromFrame, toFrame } : undefined
}

/**
 * Normal, and at once again with a longer run-up where that did not give what the plan says. Filling is kept for later
 * attempts: what fails now may be a connection.
 */
async function encodeByModes(
  deps: EncodeDeps,
  options: Omit<SpanOptions, 'mode'>,
  failedAttempts: number,
): Promise<{ filled: boolean; results: SpanResult[] }> {
  const modes: SpanOptions['mode'][] = failedAttempts >= attemptsBeforeFill ? ['normal', 'long-preroll', 'fill'] : ['normal', 'long-preroll']
  for (const [index, mode] of modes.entries()) {
    try {
      return { filled: mode === 'fill', results: await deps.media.encodeVideoSpan({ ...options, mode }) }
    } catch (error) {
      if (options.signal?.aborted || !isDecodingTrouble(error)) throw error
      await assertSourceReadable(deps, options.plan.source.key)
      if (index === modes.length - 1) throw error
      const { plan, from, to } = options
      deps.log.warn({ err: error, videoId: plan.videoId, from, to, mode }, 'encoding did not give what the plan says')
    }
  }
  throw new Error('unreachable')
}

/** The span's file holds the segments one after the other; it is the object. */
function madeOf({ renditionId, segments }: SpanResult): Made {
  const { path, offset: start } = segments[0]!.bytes
  const last = segments.at(-1)!.bytes
  const sizeBytes = last.offset + last.length - start
  return {
    renditionId,
    sizeBytes,
    body: () => createReadStream(path, { start, end: start + sizeBytes - 1 }),
    segments: segments.map(({ number, bytes, sha256 }) => ({ number, offset: bytes.offset - start, length: bytes.length, sha256 })),
  }
}
