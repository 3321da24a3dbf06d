/** Further codecs: by policy, planned once, finished whatever gets lost, listed when they cover every size or track. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { taskOf } from '../../src/domain/messages.ts'
import { initKey } from '../../src/domain/keys.ts'
import { tierOf } from '../../src/domain/tier.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { totalPlace } from '../../src/records/audience.ts'
import { addCounts } from '../../src/records/counters.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import { openFakeRoom } from './fake-room.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const av1 = ['av1-240p', 'av1-360p']

async function planned(t: TestContext, policy: 'never' | 'always' | 'popular'): Promise<{ stage: Stage; id: string }> {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  stage.deps.limits.upgrade.av1 = policy
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  return { stage, id }
}

async function listed(stage: Stage, id: string): Promise<string[]> {
  const { revision, manifestVersion } = await stage.video(id)
  return (await readManifestVersion(stage.deps.documents, id, revision!, manifestVersion!))!.renditionIds
}

async function reconcile(stage: Stage, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    stage.advance(60_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
    await runAll(stage)
  }
}

test('always: after it is ready, every size, one decode a chunk, listed when all of it is there', async (t) => {
  const { stage, id } = await planned(t, 'always')
  stage.room.before = async (call) => {
    if (!call.includes('av1')) return
    assert.equal((await stage.video(id)).state, 'ready', 'nobody waits for it')
    assert.ok(!(await listed(stage, id)).some((one) => one.startsWith('av1')), 'listed before it is complete')
  }
  await runAll(stage)
  const plan = await stage.plan(id)
  assert.deepEqual(tierOf(plan, 'av1').map((one) => one.id), av1)
  const crfs = plan.video!.renditions.map(({ settings }) => settings.crf)
  assert.deepEqual(crfs, [21, 21, 33, 33], 'lower than what follows from the ladder, 36: samples were at the target, without a margin')
  assert.ok(stage.room.calls.includes('span 8-16 av1-240p+av1-360p normal'))
  await assertAllStored(stage, plan)
  assert.deepEqual((await listed(stage, id)).filter((one) => one.startsWith('av1')), av1)
  for (const one of av1) assert.ok(await stage.deps.objects.head('encoded', initKey(id, plan.revision, one)))
  assert.equal((await stage.video(id)).startRendition, 'h264-240p')
  await sweepVideo(stage.deps, id, { graceMinutes: 0 })
  await assertAllStored(stage, plan)
  await reconcile(stage, 6)
  assert.equal((await stage.deps.documents.scan('due')).items.length, 0)
})

test('a tier that was begun is finished, although tasks and workers got lost, and by two at once', async (t) => {
  const { stage, id } = await planned(t, 'always')
  let lost = 0
  stage.room.before = async (call) => {
    if (!call.includes('av1') || ++lost !== 2) return
    for (;;) {
      const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
      if (!lease) break
      await lease.ack()
    }
    throw new Error('this worker is gone')
  }
  await runAll(stage)
  const { revision } = await stage.plan(id)
  for (let rival = 0; rival < 2; rival++) await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
  await reconcile(stage, 8)
  await assertAllStored(stage, await stage.plan(id))
  assert.deepEqual((await listed(stage, id)).filter((one) => one.startsWith('av1')), av1)
})

test('popular: not before the egress saved is worth the encode', async (t) => {
  const { stage, id } = await planned(t, 'popular')
  await runAll(stage)
  const { revision } = await stage.plan(id)
  const grow = async (plays: number) => {
    await addCounts(stage.deps.documents, totalPlace(id, 0), { writer: 'test', sequence: plays, counts: { views: plays } })
    await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
    await runAll(stage)
    return tierOf(await stage.plan(id), 'av1').length
  }
  assert.equal(await grow(3), 0)
  assert.equal(await grow(100_000_000), 2)
})

test('never: asked or not', async (t) => {
  const { stage, id } = await planned(t, 'never')
  await runAll(stage)
  const { revision } = await stage.plan(id)
  await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
  await runAll(stage)
  assert.equal(tierOf(await stage.plan(id), 'av1').length, 0)
})

const track = (streamIndex: number, isDefault: boolean) =>
  ({ streamIndex, codec: 'aac', channels: 2, sampleRate: 48_000, language: 'en', title: '', isDefault, startSeconds: 0, endSeconds: 1200 }) as const

async function withOpus(t: TestContext, changes: Parameters<typeof openFakeRoom>[1] = {}) {
  const stage = await openStage({ room: openFakeRoom(1200, changes) })
  t.after(() => stage.close())
  stage.deps.limits.upgrade.opus = 'always'
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  return { stage, id, opus: async () => (await listed(stage, id)).filter((one) => one.startsWith('opus')) }
}

test('Opus: for every track, after the video is ready, behind everything else, listed when all of it is there', async (t) => {
  const { stage, id, opus } = await withOpus(t, { audio: [track(1, false), track(2, true)] })
  stage.room.before = async (call) => {
    if (!call.includes('opus')) return
    assert.equal((await stage.video(id)).state, 'ready', 'nobody waits for it')
    assert.deepEqual(await opus(), [], 'listed before it is complete')
    assert.equal((await stage.video(id)).progress, 1)
  }
  await runAll(stage)
  const plan = await stage.plan(id)
  assert.deepEqual(plan.audio.map((one) => one.id), ['aac-1', 'aac-2', 'opus-1', 'opus-2'])
  const [, , first, second] = plan.audio
  assert.deepEqual([first!.codecs, first!.bitsPerSecond, first!.grid.frameTicks, first!.grid.segmentFrames, second!.isDefault], ['Opus', 112_000, 960, 200, true])
  await assertAllStored(stage, plan)
  assert.deepEqual(await opus(), ['opus-1', 'opus-2'])
  for (const one of await opus()) assert.equal((await stage.deps.objects.get('encoded', initKey(id, plan.revision, one))).toString(), `init ${one}`)
  assert.ok(stage.room.calls.filter((call) => call.startsWith('audio opus-1')).length > 4, 'in parts')
  assert.deepEqual(stage.room.calls.filter((call) => call === 'loudness'), ['loudness'], 'of the AAC, once')
  await sweepVideo(stage.deps, id, { graceMinutes: 0 })
  await assertAllStored(stage, plan)
  await reconcile(stage, 6)
  assert.equal((await stage.deps.documents.scan('due')).items.length, 0)
})

test('Opus is finished although its tasks got lost; what fails of it harms nothing', async (t) => {
  const { stage, id, opus } = await withOpus(t)
  let failures = 0
  stage.room.before = async (call) => {
    if (call.includes('opus') && ++failures <= 8) throw new SpanMismatch('not today')
  }
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  await reconcile(stage, 12)
  assert.deepEqual(await opus(), ['opus-1'])
  await assertAllStored(stage, await stage.plan(id))
})

test('Opus that takes more bytes than AAC is not listed, and that is the end of it', async (t) => {
  const { stage, id, opus } = await withOpus(t)
  stage.room.soundBytes = () => 8
  await runAll(stage)
  assert.deepEqual(await opus(), [])
  assert.ok((await stage.video(id)).completeRenditions.includes('opus-1'))
  await reconcile(stage, 6)
  assert.deepEqual([await opus(), (await stage.deps.documents.scan('due')).items.length], [[], 0])
})

test('sound alone gets Opus too; a silent video is done without', async (t) => {
  const sound = await withOpus(t, { video: undefined })
  await runAll(sound.stage)
  assert.deepEqual(await sound.opus(), ['opus-1'])
  assert.equal((await sound.stage.video(sound.id)).startRendition, 'aac-1')
  const silent = await withOpus(t, { audio: [] })
  await runAll(silent.stage)
  assert.deepEqual(await silent.opus(), [])
  for (const { stage } of [sound, silent]) {
    await reconcile(stage, 6)
    assert.equal((await stage.deps.documents.scan('due')).items.length, 0)
  }
})

test('a sweep that began before a tier joined leaves what is made for it', async (t) => {
  const { stage, id } = await withOpus(t)
  stage.deps.limits.upgrade.opus = 'never'
  await runAll(stage)
  const { revision } = await stage.plan(id)
  const objects: typeof stage.deps.objects = {
    ...stage.deps.objects,
    async list(bucket, ...rest) {
      stage.deps.limits.upgrade.opus = 'always'
      await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
      await runAll(stage)
      return stage.deps.objects.list(bucket, ...rest)
    },
  }
  await sweepVideo({ ...stage.deps, objects }, id, { graceMinutes: 1440 })
  const plan = await stage.plan(id)
  assert.equal(tierOf(plan, 'opus').length, 1)
  await assertAllStored(stage, plan)
})
