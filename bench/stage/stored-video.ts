/** Puts a ready video with segments of an exact size into a stopped server's data directory: nothing is encoded. */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../packages/server/src/config/read.ts'
import { chunkCount, chunkSegments } from '../../packages/server/src/domain/grid.ts'
import { initKey, newAttempt, newId, newRevision, segmentsKey, sourceKey } from '../../packages/server/src/domain/keys.ts'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import type { Video } from '../../packages/server/src/domain/video.ts'
import { commitSlots } from '../../packages/server/src/records/chunk.ts'
import { createManifestVersion, createPlan } from '../../packages/server/src/records/plan.ts'
import { createVideo } from '../../packages/server/src/records/video.ts'
import { openDrivers, type Drivers } from '../../packages/server/src/roles/open-drivers.ts'
import { quietLog } from '../../packages/server/test/fixtures/quiet-log.ts'

const renditionId = 'h264-720p'
const segmentSeconds = 4

export type StoredVideo = { id: string; revision: string; renditionId: string; segments: number }

/** The segments are random bytes; each is also written to `mirror` as `<n>.m4s`, for a peer to serve. */
export async function storeVideo(dataDir: string, shape: { segments: number; segmentBytes: number; mirror: string }): Promise<StoredVideo> {
  const drivers = await openDrivers(readSettings({ SLUICE_DATA_DIR: dataDir }), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  try {
    return await store(drivers, shape)
  } finally {
    await drivers.close()
  }
}

async function store({ documents, objects }: Drivers, { segments, segmentBytes, mirror }: { segments: number; segmentBytes: number; mirror: string }): Promise<StoredVideo> {
  const [id, revision] = [newId(), newRevision()]
  const plan = planOf(id, revision, segments)
  mkdirSync(mirror, { recursive: true })
  chmodSync(mirror, 0o755)
  await createPlan(documents, plan)
  await createManifestVersion(documents, id, revision, { version: 1, createdAt: Date.now(), renditionIds: [renditionId] })
  await objects.put('encoded', initKey(id, revision, renditionId), randomBytes(800), { mediaType: 'video/mp4' })
  const { grid } = plan.video!
  for (let chunk = 0; chunk < chunkCount(grid, 'video'); chunk++) {
    const { from, to } = chunkSegments(grid, 'video', chunk)
    const key = segmentsKey(id, revision, renditionId, from, newAttempt())
    const bodies = Array.from({ length: to - from }, () => randomBytes(segmentBytes))
    bodies.forEach((body, index) => writeFileSync(join(mirror, `${from + index}.m4s`), body))
    await objects.put('encoded', key, Buffer.concat(bodies), { mediaType: 'video/mp4' })
    const made = bodies.map((body, index) => ({
      renditionId,
      number: from + index,
      slot: { key, offset: index * segmentBytes, length: segmentBytes, sha256: createHash('sha256').update(body).digest('hex') },
    }))
    await commitSlots(documents, plan, chunk, made)
  }
  await createVideo(documents, videoOf(plan))
  return { id, revision, renditionId, segments }
}

/** Of one 720p rendition. */
export function planOf(videoId: string, revision: string, segments: number): Plan {
  const segmentFrames = segmentSeconds * 25
  return {
    videoId,
    revision,
    createdAt: Date.now(),
    source: { key: sourceKey(videoId, newId()), sizeBytes: 1 },
    // The first two segments are half as long as the others.
    durationSeconds: (segments - 1) * segmentSeconds,
    video: {
      source: {
        streamIndex: 0, originSeconds: 0, prerollSeconds: 1, codedWidth: 1280, codedHeight: 720, width: 1280, height: 720,
        rotationDegrees: 0, interlaced: false, transfer: 'sdr', pixelFormat: 'yuv420p',
      },
      grid: { timescale: 12_800, frameTicks: 512, frames: (segments - 1) * segmentFrames, segmentFrames, segmentsPerChunk: 8 },
      renditions: [
        {
          id: renditionId, codec: 'h264', width: 1280, height: 720, rate: { num: 25, den: 1 }, framesPerGridFrame: 1, codecs: 'avc1.64001f',
          capBitsPerSecond: 2_500_000, settings: { crf: 23, preset: 'veryfast', profile: 'high', level: '3.1' },
          parameterSetsSha256: '0'.repeat(64), predictedSpeed: 5,
        },
      ],
    },
    audio: [],
    encoderBuild: 'none',
  }
}

/** Public and ready since `now`, milliseconds since the epoch. */
export function videoOf(plan: Plan, now = Date.now()): Video {
  return {
    id: plan.videoId, accountId: newId(), title: 'stored', description: '', visibility: 'public', state: 'ready', warnings: [], createdAt: now,
    completedAt: now, playableAt: now, readyAt: now, uploadId: newId(), source: { key: plan.source.key, fileName: 'stored.mp4', sizeBytes: 1 },
    progress: 1, durationSeconds: plan.durationSeconds, width: 1280, height: 720, frameRate: 25, revision: plan.revision, manifestVersion: 1,
    completeRenditions: [renditionId], startRendition: renditionId,
  }
}
