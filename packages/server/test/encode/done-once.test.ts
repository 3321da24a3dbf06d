/** What is asked for several times over, or could be begun by many at once, is done once: sampling, quality, the reconciler's walk. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../src/domain/messages.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import type { Lease } from '../../src/ports/queue.ts'
import { beginWalk, minuteOf, writeDue } from '../../src/records/due.ts'
import { inspectTask, openStage, runAll, type Stage } from './stage.ts'

const takeAll = async ({ deps }: Stage): Promise<Lease<Message>[]> => {
  const leases: Lease[] = []
  for (let lease; (lease = await deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 3600, waitSeconds: 0 })); ) leases.push(lease)
  return leases as Lease<Message>[]
}
const chunksOf = (leases: Lease<Message>[]): number[] => leases.flatMap(({ body }) => (body.kind === 'chunk' ? [body.chunk] : []))

/** As a worker does it. */
async function work(stage: Stage, leases: Lease<Message>[]): Promise<void> {
  const deps = { ...stage.deps, progress: trackProgress(stage.deps) }
  for (const lease of leases) {
    await handleTask(deps, lease.body, { signal: new AbortController().signal, attempt: lease.attempt, priority: lease.priority })
    await lease.ack()
  }
  await deps.progress.drain()
}

test('a video is sampled by whoever makes its first chunk; the others are enqueued behind that', async (t) => {
  const stage = await openStage({ seconds: 100 })
  t.after(() => stage.close())
  let samples = 0
  stage.room.sampleQuality = async () => {
    samples++
    return new Map()
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await work(stage, await takeAll(stage))
  const first = await takeAll(stage)
  assert.deepEqual(chunksOf(first), [0])
  await work(stage, first.filter(({ body }) => body.kind === 'chunk'))
  const others = await takeAll(stage)
  assert.deepEqual(chunksOf(others), [1, 2, 3])
  await work(stage, [...first.filter(({ body }) => body.kind !== 'chunk'), ...others])
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  assert.equal(samples, 1)
})

test('the quality of pictures is asked for once, whatever else is completed before it is measured', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  stage.deps.limits.upgrade.opus = 'always'
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  const quality: Lease<Message>[] = []
  for (let leases; (leases = await takeAll(stage)).length > 0; ) {
    const isQuality = ({ body }: Lease<Message>) => body.kind === 'extra' && body.extra === 'quality'
    quality.push(...leases.filter(isQuality))
    await work(stage, leases.filter((lease) => !isQuality(lease)))
  }
  assert.ok((await stage.video(id)).completeRenditions.includes('opus-1'))
  assert.equal(quality.length, 1)
})

test('encoders share the walk over due entries: one of them in a minute, another in the next', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const asked: string[] = []
  const round = () => reconcileOnce(stage.deps, async ({ id }) => void asked.push(id), new AbortController().signal)
  const write = (id: string) => writeDue(stage.deps.documents, { kind: 'upload', id: id.repeat(16), atMinute: minuteOf(stage.deps.clock()) })
  await write('a')
  await Promise.all([round(), round(), round()])
  assert.deepEqual(asked, ['a'.repeat(16)])
  await write('b')
  await round()
  assert.equal(asked.length, 1)
  stage.advance(60_000)
  await round()
  assert.deepEqual(asked, ['a'.repeat(16), 'b'.repeat(16)])
})

test('a walk that died is made up for in the next minute', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const asked: string[] = []
  const round = () => reconcileOnce(stage.deps, async ({ id }) => void asked.push(id), new AbortController().signal)
  const now = minuteOf(stage.deps.clock())
  await writeDue(stage.deps.documents, { kind: 'upload', id: 'u'.repeat(16), atMinute: now })
  for (let shard = 0; shard < 64; shard++) await beginWalk(stage.deps.documents, `due/${shard}`, now)
  await round()
  assert.deepEqual(asked, [])
  stage.advance(60_000)
  await round()
  assert.deepEqual(asked, ['u'.repeat(16)])
})
