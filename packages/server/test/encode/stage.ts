/** A stage for encode tests: the embedded drivers in a directory of their own, a clock that the test moves, one video. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, sourceKey } from '../../src/domain/keys.ts'
import { taskOf } from '../../src/domain/messages.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Video } from '../../src/domain/video.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { openProcessSignals } from '../../src/drivers/signals/process/open.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import type { EncodeDeps } from '../../src/encode/deps.ts'
import { openMediaRoom } from '../../src/encode/media-room.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { runTask } from '../../src/encode/worker/run-task.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { sendProblem } from '../../src/http/problem.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { minuteOf, writeDue } from '../../src/records/due.ts'
import { readPlan } from '../../src/records/plan.ts'
import { createVideo, readVideo } from '../../src/records/video.ts'
import { quietLog } from '../fixtures/quiet-log.ts'
import { openFakeRoom, type FakeRoom } from './fake-room.ts'

export type Stage = {
  deps: EncodeDeps
  room: FakeRoom
  /** Moves the clock that queue, leases and due entries go by. */
  advance(milliseconds: number): void
  /** An uploaded video as `complete` leaves it, with its due entry; not enqueued. */
  addVideo(changes?: Partial<Video>): Promise<string>
  video(id: string): Promise<Video>
  plan(id: string): Promise<Plan>
  close(): Promise<void>
}

export type StageOptions = {
  seconds?: number
  fastDue?: boolean
  room?: FakeRoom
  /** A file to encode with the real tools, the source served over HTTP as in production. */
  clip?: string
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-test-encode-'))
  let nowMs = Date.now()
  // Real tools work in real time; with the fake room time passes only when the test says so.
  const clock = () => (options.clip ? Date.now() : nowMs)
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { objects, handle } = await openDirectoryObjects({ dir: join(dir, 'objects'), secret: 's'.repeat(32), readBaseUrl: () => `http://127.0.0.1:${port}`, sendProblem })
  const room = options.room ?? openFakeRoom(options.seconds ?? 10)
  const deps: EncodeDeps = {
    documents: await openSqliteDocuments({ path: join(dir, 'documents.sqlite'), clock }),
    queue: await openSqliteQueue({ path: join(dir, 'queue.sqlite'), clock }),
    signals: openProcessSignals({ log: quietLog }),
    objects,
    log: quietLog,
    clock,
    media: options.clip ? openMediaRoom({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }) : room,
    limits: { slots: 1, videosPerAccount: 4, preset: 'veryfast', eager: 'all', lazyFill: 'idle', upgrade: { av1: 'never', opus: 'never', prices: { egressPerGigabyte: 0.02, cpuPerHour: 0.04 } }, maxDurationSeconds: 3600, sweepGraceMinutes: 1440, fastDue: options.fastDue ?? false, workRoot: join(dir, 'work') },
  }
  return {
    deps,
    room,
    advance: (milliseconds) => void (nowMs += milliseconds),
    async addVideo(changes) {
      const id = newId()
      const uploadId = newId()
      const source = { key: sourceKey(id, uploadId), fileName: 'clip.mp4', sizeBytes: options.clip ? statSync(options.clip).size : 6 }
      await writeDue(deps.documents, { kind: 'video', id, atMinute: minuteOf(nowMs) + 1 })
      const bytes = options.clip ? createReadStream(options.clip) : Buffer.from('source')
      await deps.objects.put('raw', source.key, bytes, { mediaType: 'video/mp4', sizeBytes: source.sizeBytes })
      await createVideo(deps.documents, {
        id,
        accountId: newId(),
        title: 'clip',
        description: '',
        visibility: 'public',
        state: 'inspecting',
        warnings: [],
        createdAt: nowMs,
        completedAt: nowMs,
        uploadId,
        source,
        progress: 0,
        completeRenditions: [],
        ...changes,
      })
      return id
    },
    video: async (id) => (await readVideo(deps.documents, id))!.value,
    plan: async (id) => (await readPlan(deps.documents, id, (await readVideo(deps.documents, id))!.value.revision!))!,
    async close() {
      await deps.queue.close()
      await deps.documents.close()
      await deps.signals.close()
      await deps.objects.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export const inspectTask = (videoId: string) => taskOf({ kind: 'inspect', videoId })

/** Runs what is in the queue, one task after the other, delays skipped, until it is empty. Answers how many deliveries there were. */
export async function runAll(stage: Pick<Stage, 'deps' | 'advance'>, options: { most?: number } = {}): Promise<number> {
  const progress = trackProgress(stage.deps)
  const deps = { ...stage.deps, progress }
  const once = { stop: new AbortController().signal, inFlight: new Map() }
  for (let deliveries = 0; ; ) {
    const lease = await deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (lease) {
      if (++deliveries > (options.most ?? 500)) throw new Error('the queue does not run dry')
      await runTask(deps, lease, once)
      continue
    }
    await progress.drain()
    const depth = await deps.queue.depth()
    if (depth.every(({ ready, delayed, leased }) => ready + delayed + leased === 0)) return deliveries
    stage.advance(60_000)
  }
}

/** Rounds of the reconciler, minutes apart, with the queue run dry after each, until the video ended. */
export async function reconcileUntilEnd(stage: Stage, videoId: string, options: { rounds?: number } = {}): Promise<Video> {
  const handler = async () => undefined
  for (let round = 0; round < (options.rounds ?? 60); round++) {
    const video = await stage.video(videoId)
    if (video.state === 'ready' || video.state === 'failed') return video
    stage.advance(60_000)
    await reconcileOnce(stage.deps, handler, new AbortController().signal)
    await runAll(stage)
  }
  throw new Error(`not ended: ${(await stage.video(videoId)).state}`)
}

/** Every slot is filled, and what lies in its place has its length and sha256. */
export async function assertAllStored(stage: Pick<Stage, 'deps'>, plan: Plan): Promise<void> {
  const { slots } = await readSlots(stage.deps.documents, plan)
  for (const [id, all] of slots) {
    for (const [number, slot] of all.entries()) {
      if (!slot) throw new Error(`${id} ${number} is empty`)
      const bytes = await stage.deps.objects.get('encoded', slot.key, { start: slot.offset, end: slot.offset + slot.length - 1 })
      const found = createHash('sha256').update(bytes).digest('hex')
      if (bytes.byteLength !== slot.length || found !== slot.sha256) throw new Error(`${id} ${number} is not what its slot says`)
    }
  }
}

export async function encodedKeys(stage: Pick<Stage, 'deps'>, videoId: string): Promise<string[]> {
  return (await stage.deps.objects.list('encoded', `v/${videoId}/`)).items.map(({ key }) => key)
}
