/** The lazy ladder: ready without the higher renditions, which are made where somebody watches, and completed by policy. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { taskOf } from '../../src/domain/messages.ts'
import { segmentCount } from '../../src/domain/grid.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { readDemand } from '../../src/records/demand.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { openFakeRoom } from './fake-room.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const base = ['h264-240p', 'h264-360p', 'h264-480p', 'aac-1']

/** A screencast (10 fps: fast enough to wait for) that lasts 200 s, seven chunks, planned under `base` and encoded as far as the policy asks. */
async function readyVideo(t: TestContext, lazyFill: 'idle' | 'views', change?: (stage: Stage) => void): Promise<{ stage: Stage; id: string }> {
  const room = openFakeRoom(200)
  room.inspection.video = { ...room.inspection.video!, codedWidth: 1920, codedHeight: 1080, width: 1920, height: 1080, rate: { num: 10, den: 1 } }
  const stage = await openStage({ room })
  t.after(() => stage.close())
  stage.deps.limits.eager = 'base'
  stage.deps.limits.lazyFill = lazyFill
  change?.(stage)
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  return { stage, id }
}

const filledSlots = async (stage: Stage, id: string, renditionId: string): Promise<number> =>
  (await readSlots(stage.deps.documents, await stage.plan(id))).slots.get(renditionId)!.filter((slot) => slot !== null).length

/** As the edge does for a viewer who waits. */
async function watch(stage: Stage, id: string, renditionId: string, number: number): Promise<void> {
  const { revision } = await stage.plan(id)
  await stage.deps.queue.enqueue(taskOf({ kind: 'segment', videoId: id, revision, renditionId, number }))
}

/** Everything in the queue gets lost. */
async function loseQueue(stage: Stage): Promise<void> {
  for (;;) {
    const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return
    await lease.ack()
  }
}

async function reconcile(stage: Stage, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    stage.advance(60_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
    await runAll(stage)
  }
}

test('ready is what the policy asks for; a higher rendition is listed, and made where somebody watches it', async (t) => {
  const { stage, id } = await readyVideo(t, 'views')
  const plan = await stage.plan(id)
  const video = await stage.video(id)
  assert.deepEqual(video.completeRenditions, base)
  assert.equal(video.progress, 1)
  assert.ok(!stage.room.calls.some((call) => /720p|1080p/.test(call)), 'a lazy rendition was made for nobody')
  const manifest = await readManifestVersion(stage.deps.documents, id, plan.revision, video.manifestVersion!)
  assert.ok(manifest!.renditionIds.includes('h264-720p'), 'it can be watched all the same')

  stage.room.calls.length = 0
  await watch(stage, id, 'h264-720p', 18)
  await runAll(stage)
  const spans = stage.room.calls.filter((call) => call.startsWith('span'))
  assert.equal(spans[0], 'span 18-19 h264-720p normal', 'what the viewer waits for comes first')
  assert.equal(spans.length, 2)
  assert.equal(await filledSlots(stage, id, 'h264-720p'), plan.video!.grid.segmentsPerChunk, 'then its chunk, and no more')
  await reconcile(stage, 6)
  assert.deepEqual(await readDemand(stage.deps.documents, plan), [], 'what is made is not remembered')
  assert.equal((await stage.deps.documents.scan('due')).items.length, 0, 'and nobody looks any more')
})

test('what a viewer came for is not forgotten with the queue', async (t) => {
  const { stage, id } = await readyVideo(t, 'views')
  await watch(stage, id, 'h264-720p', 18)
  const enqueue = stage.deps.queue.enqueue
  stage.deps.queue.enqueue = async (task) => void ((task.body as { kind: string }).kind === 'chunk' || (await enqueue.call(stage.deps.queue, task)))
  await runAll(stage)
  stage.deps.queue.enqueue = enqueue
  assert.equal(await filledSlots(stage, id, 'h264-720p'), 1)
  await reconcile(stage, 8)
  assert.equal(await filledSlots(stage, id, 'h264-720p'), 8)
})

test('idle encoders complete the ladder, behind everything else, and again after the queue got lost', async (t) => {
  let lazySpans = 0
  const { stage, id } = await readyVideo(t, 'idle', (opened) => {
    opened.room.before = async (call) => {
      if (!/720p|1080p/.test(call)) return
      const depth = await opened.deps.queue.depth()
      assert.equal(depth.find(({ priority }) => priority === 2)?.ready ?? 0, 0)
      if (++lazySpans === 2) await loseQueue(opened)
    }
  })
  await reconcile(stage, 10)
  const plan = await stage.plan(id)
  assert.deepEqual((await stage.video(id)).completeRenditions.length, plan.video!.renditions.length + 1)
  await assertAllStored(stage, plan)
  assert.ok(stage.room.calls.includes('span 0-8 h264-720p+h264-1080p normal'), 'one decode for both')
  await reconcile(stage, 6)
  assert.equal((await stage.deps.documents.scan('due')).items.length, 0)
})

test('half of a rendition watched is worth the rest; the others wait', async (t) => {
  const { stage, id } = await readyVideo(t, 'views')
  for (const number of [0, 8, 16, 24]) await watch(stage, id, 'h264-720p', number)
  await runAll(stage)
  await watch(stage, id, 'h264-1080p', 0)
  await runAll(stage)
  await reconcile(stage, 10)
  const plan = await stage.plan(id)
  assert.equal(await filledSlots(stage, id, 'h264-720p'), segmentCount(plan.video!.grid, 'video'))
  assert.equal(await filledSlots(stage, id, 'h264-1080p'), 8)
  const { completeRenditions, quality } = await stage.video(id)
  assert.deepEqual(completeRenditions, [...base.slice(0, 3), 'h264-720p', 'aac-1'])
  assert.deepEqual(Object.keys(quality!).sort(), [...base.slice(0, 3), 'h264-720p'], 'its quality is measured with it, not with the next daily scan')
})

test('a rendition too slow to wait for is made all the same, and joins the manifest when it is complete', async (t) => {
  const { stage, id } = await readyVideo(t, 'views', ({ room }) => {
    room.inspection.video = { ...room.inspection.video!, codec: 'hevc', codedWidth: 3840, codedHeight: 2160, width: 3840, height: 2160, transfer: 'pq', pixelFormat: 'yuv420p10le' }
  })
  const plan = await stage.plan(id)
  const slow = plan.video!.renditions.filter(({ predictedSpeed }) => predictedSpeed < 1.5).map((one) => one.id)
  assert.ok(slow.includes('h264-2160p'))
  await reconcile(stage, 6)
  const { completeRenditions, manifestVersion } = await stage.video(id)
  const manifest = await readManifestVersion(stage.deps.documents, id, plan.revision, manifestVersion!)
  for (const one of slow) assert.ok(completeRenditions.includes(one) && manifest!.renditionIds.includes(one), one)
})
