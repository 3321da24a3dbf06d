/** Encodes a span of video segments within one chunk and commits it: the step that openings, chunks and single segments share. */
import { createReadStream } from 'node:fs'
import { traced } from '../../base/tracer.ts'
import type { Plan } from '../../domain/plan.ts'
import type { SpanResult } from '../../media/encode-span.ts'
import { chunkOf, segmentAt } from '../../domain/grid.ts'
import { readChunk } from '../../records/chunk.ts'
import { threadBudget } from '../worker/budget.ts'
import { commitMade, type Made } from './commit-made.ts'
import type { EncodeDeps } from '../deps.ts'
import { encodeByModes } from './encode-by-modes.ts'
import { sourceUrl } from '../plan/source-url.ts'
import { tunedPlan } from '../plan/tune.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

export type Pictures = { renditionIds: string[]; from: number; to: number; nice: number; signal: AbortSignal }

/** False when the revision is no longer live. Throws SpanMismatch, MediaRunError, SourceMissing, DriverUnavailable. */
export async function encodePictures(deps: EncodeDeps, plan: Plan, pictures: Pictures): Promise<boolean> {
  const chunk = chunkOf(plan.video!.grid, pictures.from)
  const [url, tuned] = await Promise.all([sourceUrl(deps, plan.source.key), tunedPlan(deps, plan)])
  const failedAttempts = (await readChunk(deps.documents, plan, pictures.renditionIds[0]!, chunk))?.attempts ?? 0
  return withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const options = { plan: tuned, url, workDir, threads: threadBudget(pictures.nice, deps.limits.slots), ...pictures }
    const { from, to, signal } = pictures
    const startedAt = performance.now()
    const { filled, made } = await traced(deps.tracer, 'encode pictures', plan.videoId, { chunk, renditions: pictures.renditionIds, from, to }, async (note) => {
      const encoded = await encodeByModes(deps, { plan, failedAttempts, signal, named: { from, to } }, (mode) => deps.media.encodeVideoSpan({ ...options, mode }))
      const made = encoded.made.map(madeOf)
      note({ filled: encoded.filled, bytes: made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) })
      return { filled: encoded.filled, made }
    })
    noteSpeed(deps, plan, pictures, (performance.now() - startedAt) / 1000)
    return commitMade(deps, plan, chunk, made, { filled, undecoded: filled ? await undecodedOf(deps, plan, url, pictures) : undefined, signal })
  })
}

function noteSpeed({ measures }: EncodeDeps, plan: Plan, { from, to, nice }: Pictures, seconds: number): void {
  const { grid } = plan.video!
  const last = segmentAt(grid, 'video', to - 1)!
  const ticks = last.startTicks + last.durationTicks - segmentAt(grid, 'video', from)!.startTicks
  const work = nice > 0 ? 'bulk' : 'express'
  measures?.count('sluice_encoded_media_seconds_total', work, ticks / grid.timescale)
  measures?.count('sluice_encoding_seconds_total', work, seconds)
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
