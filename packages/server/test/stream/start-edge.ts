/** An edge listening on loopback over a stage, and videos for it whose segments are random bytes. */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { listen } from '../../src/http/listen.ts'
import { chunkCount, chunkOf, chunkSegments, gridOf, segmentCount } from '../../src/domain/grid.ts'
import { initKey, newId, newRevision, playbackPrefix, segmentsKey } from '../../src/domain/keys.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import type { Plan, Slot } from '../../src/domain/plan.ts'
import type { Video } from '../../src/domain/video.ts'
import { commitSlots } from '../../src/records/chunk.ts'
import { createManifestVersion, createPlan } from '../../src/records/plan.ts'
import { createVideo, updateVideo } from '../../src/records/video.ts'
import { sha256Of } from '../../src/stream/cache/content.ts'
import type { DiskTier } from '../../src/stream/cache/disk.ts'
import { createEdge, type EdgeDeps } from '../../src/stream/edge/edge.ts'
import type { HoldTimes } from '../../src/stream/edge/hold.ts'
import { openKeys, type PlaybackKeys } from '../../src/stream/sign/keys.ts'
import { accountViewer, guestViewer, sessionId } from '../../src/stream/sign/session.ts'
import { mintToken } from '../../src/stream/sign/token.ts'
import { everything, samplePlan } from '../fixtures/sample-plan.ts'
import { openStage, type Stage } from './open-stage.ts'

export const owner = 'account000000001'

export type EdgeStage = Stage & {
  keys: PlaybackKeys
  origin: string
  /** `origin` + `/p/<token>/v/<id>/<e>/`, for a guest or an account. */
  base(plan: Plan, viewer?: { accountId?: string; exp?: number }): string
}

/** Holds of these tests: long enough for a loaded machine, short enough to see one end. */
const briefHolds: HoldTimes = { holdMs: 400, pollMs: 50, requeueMs: 30_000 }

export async function startEdge(t: TestContext, options: { memoryBytes?: number; holdTimes?: HoldTimes; disk?: DiskTier; cmcd?: EdgeDeps['cmcd']; measures?: EdgeDeps['measures'] } = {}): Promise<EdgeStage> {
  const stage = await openStage(t)
  const keys = await openKeys({ ...stage, longestTokenMs: 86_400_000 })
  const edge = createEdge({ ...stage, keys, memoryBytes: options.memoryBytes ?? 64 * 2 ** 20, holdTimes: options.holdTimes ?? briefHolds, ...(options.disk && { disk: options.disk }), cmcd: options.cmcd, measures: options.measures })
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [edge.handle], lean: edge.answer, app: (_request, response) => void response.writeHead(418).end() })
  t.after(async () => {
    await edge.close()
    keys.close()
    await listener.close(0)
  })
  const origin = `http://127.0.0.1:${listener.port}`
  return {
    ...stage,
    keys,
    origin,
    base(plan, { accountId, exp = 2_000_000_000 } = {}) {
      const key = keys.signing()
      const prefix = playbackPrefix(plan.videoId, plan.revision)
      const viewer = accountId === undefined ? guestViewer('127.0.0.1', 'test') : accountViewer(accountId)
      return `${origin}/p/${mintToken(key, { prefix, exp, sid: sessionId(key, viewer, plan.videoId, exp) })}${prefix}`
    },
  }
}

export type MadeVideo = { plan: Plan; init: Buffer; segments: Map<string, Buffer> }

/** A playable video with its plan, manifest version 1 and init segments; its segments are stored if `filled`. */
export async function makeVideo(stage: Stage, options: { seconds?: number; filled?: boolean; changes?: Partial<Video> } = {}): Promise<MadeVideo> {
  const { seconds = 66, filled = true, changes = {} } = options
  const plan: Plan = { ...samplePlan(seconds), videoId: newId(), revision: newRevision() }
  const manifest = everything(plan)
  const init = randomBytes(700)
  await createPlan(stage.documents, plan)
  for (const id of manifest.renditionIds) await stage.objects.put('encoded', initKey(plan.videoId, plan.revision, id), init, { mediaType: 'video/mp4' })
  await createManifestVersion(stage.documents, plan.videoId, plan.revision, manifest)
  await createVideo(stage.documents, {
    id: plan.videoId,
    accountId: owner,
    title: 'A video',
    description: '',
    visibility: 'public',
    state: 'playable',
    warnings: [],
    createdAt: stage.clock(),
    uploadId: newId(),
    source: { key: plan.source.key, fileName: 'a.mp4', sizeBytes: 1 },
    progress: 0,
    durationSeconds: plan.durationSeconds,
    revision: plan.revision,
    manifestVersion: 1,
    completeRenditions: [],
    startRendition: 'h264-240p',
    ...changes,
  })
  const made: MadeVideo = { plan, init, segments: new Map() }
  if (filled) for (const id of ['h264-240p', 'aac-1']) await fillAll(stage, made, id)
  return made
}

async function fillAll(stage: Stage, made: MadeVideo, renditionId: string): Promise<void> {
  const { grid, kind } = gridOf(made.plan, renditionId)!
  for (let chunk = 0; chunk < chunkCount(grid, kind); chunk++) {
    const { from, to } = chunkSegments(grid, kind, chunk)
    await fill(stage, made, renditionId, from, to)
  }
}

/** Stores and commits segments [from, to) of one chunk, as an encoder does; without the signal if `quietly`. */
export async function fill(stage: Stage, made: MadeVideo, renditionId: string, from: number, to: number, quietly = false): Promise<void> {
  const { plan } = made
  const { grid, kind } = gridOf(plan, renditionId)!
  const key = segmentsKey(plan.videoId, plan.revision, renditionId, from, newRevision())
  const slots: { renditionId: string; number: number; slot: Slot }[] = []
  const parts: Buffer[] = []
  let offset = 0
  for (let number = from; number < Math.min(to, segmentCount(grid, kind)); number++) {
    const body = randomBytes(20_000 + number)
    made.segments.set(`${renditionId}/${number}`, body)
    slots.push({ renditionId, number, slot: { key, offset, length: body.length, sha256: sha256Of(body) } })
    parts.push(body)
    offset += body.length
  }
  await stage.objects.put('encoded', key, Buffer.concat(parts), { mediaType: 'video/mp4' })
  await commitSlots(stage.documents, plan, chunkOf(grid, from), slots)
  if (!quietly) await stage.signals.publish(videoTopic(plan.videoId), { kind: 'slots', revision: plan.revision, renditionId, from, to })
}

/** Changes the video's document; tells nobody if `quietly`. */
export async function change(stage: Stage, made: MadeVideo, changes: Partial<Video>, quietly = false): Promise<void> {
  await updateVideo(stage.documents, made.plan.videoId, (video) => ({ ...video, ...changes }))
  if (!quietly) await stage.signals.publish(videoTopic(made.plan.videoId), { kind: 'video' })
}
