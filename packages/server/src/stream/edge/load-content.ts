/** Makes what is not in the edge's memory: manifests from documents, init segments, segments, pictures and captions from objects. */
import { DriverUnavailable, ObjectNotFound } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { retry } from '../../base/retry.ts'
import type { Clock } from '../../base/time.ts'
import { endingAt, gridOf, segmentAt } from '../../domain/grid.ts'
import { initKey, type DeliveryPath } from '../../domain/keys.ts'
import type { Plan, Slot } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import { writeDash } from '../../manifests/dash.ts'
import { writeHlsCaptions, writeHlsMaster, writeHlsMedia } from '../../manifests/hls.ts'
import { writeStoryboard } from '../../manifests/storyboard.ts'
import type { Documents } from '../../ports/documents.ts'
import type { ByteRange, Objects } from '../../ports/objects.ts'
import { readSlot } from '../../records/chunk.ts'
import { bufferOf, immutable, plainContent, sha256Of, textContent, type Content } from '../cache/content.ts'
import type { Loaded } from '../cache/tiers.ts'
import type { DemandAhead } from './demand-ahead.ts'
import type { ExtraObject } from './extra-object.ts'
import type { Asker, HoldShares } from './hold-shares.ts'
import type { Holds } from './hold.ts'
import type { RevisionFacts } from './revision-facts.ts'

export type LoadDeps = { documents: Documents; objects: Objects; facts: RevisionFacts; holds: Holds; shares: HoldShares; demandAhead: DemandAhead; clock: Clock; log: Log }

const notReady = () => new ProblemError('segment_not_ready', { retryAfterSeconds: 1 })
const missing = () => new ProblemError('not_found')
const mediaTypes = { dash: 'application/dash+xml', hls: 'application/vnd.apple.mpegurl', video: 'video/mp4', audio: 'audio/mp4', captions: 'text/vtt; charset=utf-8' }

/** Short: a client waits. What is still away afterwards is answered with 503. */
export const patiently = <T>(call: () => Promise<T>): Promise<T> =>
  retry(call, { attempts: 4, baseMs: 50, maxMs: 400, retryable: (error) => error instanceof DriverUnavailable })

/** `isUrgent`: the asker waits for it. Problems: not_found outside the plan and its grid, segment_not_ready, unavailable. */
export async function loadContent(deps: LoadDeps, wanted: DeliveryPath, video: Video, asker: Asker & { isUrgent: boolean }): Promise<Loaded> {
  if (wanted.kind === 'segment') return loadSegment(deps, wanted, video, asker)
  if (!('version' in wanted) && wanted.kind !== 'init' && wanted.kind !== 'storyboard') throw missing()
  const manifest = 'version' in wanted ? await patiently(() => deps.facts.manifest(wanted.videoId, wanted.revision, wanted.version)) : undefined
  const plan = await planOf(deps, wanted, 'renditionId' in wanted ? [wanted.renditionId] : manifest?.renditionIds)
  if (wanted.kind === 'storyboard') {
    if (!plan.video || video.storyboard?.attempt !== wanted.attempt) throw missing()
    return { content: await textContent(writeStoryboard(plan.video.grid, video.storyboard), mediaTypes.captions, deps.clock()), held: false }
  }
  if (wanted.kind === 'init') {
    const found = gridOf(plan, wanted.renditionId)
    if (!found) throw missing()
    const body = await readBytes(deps, initKey(wanted.videoId, wanted.revision, wanted.renditionId))
    return { content: plainContent({ body, etag: `"${sha256Of(body)}"`, mediaType: mediaTypes[found.kind], cacheControl: immutable, storedAt: deps.clock() }), held: false }
  }
  if (!manifest || (wanted.kind === 'hls-media' && !manifest.renditionIds.includes(wanted.renditionId))) throw missing()
  const now = deps.clock()
  const shown = endingAt(plan, manifest.endsAtSeconds)
  if (wanted.kind === 'dash') return { content: await textContent(writeDash(shown, manifest), mediaTypes.dash, now), held: false }
  if (wanted.kind === 'hls-captions') {
    if (!manifest.captions?.some(({ attempt }) => attempt === wanted.attempt)) throw missing()
    return { content: await textContent(writeHlsCaptions(plan, wanted.attempt), mediaTypes.hls, now), held: false }
  }
  const text = wanted.kind === 'hls-master' ? writeHlsMaster(shown, manifest) : writeHlsMedia(shown, wanted.renditionId)
  return { content: await textContent(text, mediaTypes.hls, now), held: false }
}

export type WantedSegment = Extract<DeliveryPath, { kind: 'segment' }>

/** What a HEAD needs: no bytes are read, nothing is enqueued. Problems as for the segment. */
export async function segmentHead(deps: LoadDeps, wanted: WantedSegment): Promise<{ etag: string; sizeBytes: number; mediaType: string; cacheControl: string }> {
  const { plan, kind } = await placeOf(deps, wanted)
  const slot = await patiently(() => readSlot(deps.documents, plan, wanted.renditionId, wanted.number))
  if (!slot) throw notReady()
  return { etag: `"${slot.sha256}"`, sizeBytes: slot.length, mediaType: mediaTypes[kind], cacheControl: immutable }
}

async function loadSegment(deps: LoadDeps, wanted: WantedSegment, video: Video, asker: Asker & { isUrgent: boolean }): Promise<Loaded> {
  const { plan, kind } = await placeOf(deps, wanted)
  let slot = await patiently(() => readSlot(deps.documents, plan, wanted.renditionId, wanted.number))
  const held = slot === undefined
  if (!slot) {
    // Only what a manifest lists is made for a viewer: the others are too slow to be (DESIGN §1).
    const version = video.manifestVersion
    const manifest = version === undefined ? undefined : await patiently(() => deps.facts.manifest(wanted.videoId, wanted.revision, version))
    if (!manifest?.renditionIds.includes(wanted.renditionId)) throw missing()
    slot = await deps.shares.within(asker, () => deps.holds.wait(plan, wanted.renditionId, wanted.number, asker.isUrgent))
    if (!slot) throw notReady()
  }
  void deps.demandAhead(plan, wanted.renditionId, wanted.number)
  return { content: await segmentContent(deps, slot, kind), held }
}

/** A segment that is encoded; nothing is enqueued or waited for. Problems as for `segmentHead`. */
export async function loadFilled(deps: LoadDeps, wanted: WantedSegment): Promise<Content> {
  const { plan, kind } = await placeOf(deps, wanted)
  const slot = await readSlot(deps.documents, plan, wanted.renditionId, wanted.number)
  if (!slot) throw notReady()
  return segmentContent(deps, slot, kind)
}

async function segmentContent(deps: LoadDeps, slot: Slot, kind: 'video' | 'audio'): Promise<Content> {
  const body = await readSlotBytes(deps, slot)
  return plainContent({ body, etag: `"${slot.sha256}"`, mediaType: mediaTypes[kind], cacheControl: immutable, storedAt: deps.clock() })
}

/** A picture or a text beside the segments: small, and whole. */
export async function loadExtra(deps: Pick<LoadDeps, 'objects' | 'clock' | 'log'>, { key, mediaType }: ExtraObject): Promise<Content> {
  const body = await readBytes(deps, key)
  if (mediaType.startsWith('text/')) return textContent(body.toString(), mediaType, deps.clock())
  return plainContent({ body, etag: `"${sha256Of(body)}"`, mediaType, cacheControl: immutable, storedAt: deps.clock() })
}

async function planOf(deps: LoadDeps, wanted: { videoId: string; revision: string }, renditionIds?: string[]): Promise<Plan> {
  const plan = await patiently(() => deps.facts.plan(wanted.videoId, wanted.revision, renditionIds))
  if (!plan) throw missing()
  return plan
}

async function placeOf(deps: LoadDeps, wanted: WantedSegment): Promise<{ plan: Plan; kind: 'video' | 'audio' }> {
  const plan = await planOf(deps, wanted, [wanted.renditionId])
  const found = gridOf(plan, wanted.renditionId)
  if (!found || !segmentAt(found.grid, found.kind, wanted.number)) throw missing()
  return { plan, kind: found.kind }
}

/** The bytes must be those of the slot: a year-long cache entry of damaged bytes can't be called back. */
export async function readSlotBytes(deps: Pick<LoadDeps, 'objects' | 'log'>, slot: Slot): Promise<Buffer> {
  const body = await readBytes(deps, slot.key, { start: slot.offset, end: slot.offset + slot.length - 1 })
  if (body.length === slot.length && sha256Of(body) === slot.sha256) return body
  deps.log.error({ key: slot.key, offset: slot.offset, length: slot.length, read: body.length }, 'stored bytes are not those of the slot')
  throw new ProblemError('unavailable', { retryAfterSeconds: 1 })
}

async function readBytes(deps: Pick<LoadDeps, 'objects' | 'log'>, key: string, range?: ByteRange): Promise<Buffer> {
  try {
    return bufferOf(await patiently(() => deps.objects.get('encoded', key, range)))
  } catch (error) {
    if (!(error instanceof ObjectNotFound)) throw error
    // A document names it, so it was there: lost, or swept a moment ago with its video.
    deps.log.error({ err: error, key }, 'an object that a document names is not in the store')
    throw new ProblemError('unavailable', { retryAfterSeconds: 1 })
  }
}
