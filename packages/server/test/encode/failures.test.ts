/** What goes wrong, and what the video says about it in the end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { retryVideo } from '../../src/catalog/retry.ts'
import { failedAttemptsLimit } from '../../src/encode/worker/count-failure.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { SpanMismatch } from '../../src/media/encode-span.ts'
import { MediaRefused } from '../../src/media/refuse.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { updateVideo } from '../../src/records/video.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, runAll, type Stage } from './stage.ts'

async function begin(t: { after(call: () => Promise<void>): void }, options: Parameters<typeof openStage>[0] = {}): Promise<{ stage: Stage; id: string }> {
  const stage = await openStage(options)
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  return { stage, id }
}

test('a refused file fails after a second look, with its reason', async (t) => {
  const { stage, id } = await begin(t)
  stage.room.before = () => {
    throw new MediaRefused('no_streams')
  }
  await runAll(stage)
  const { state, failure } = await stage.video(id)
  assert.deepEqual([state, failure?.code], ['failed', 'no_streams'])
  assert.deepEqual(stage.room.calls, ['inspect', 'inspect'])
  assert.deepEqual(await encodedKeys(stage, id), [])
})

test('a file that looked cut while the store died is looked at again, and its limits are not', async (t) => {
  const { stage, id } = await begin(t)
  const outcomes = [new MediaRefused('truncated'), new DriverUnavailable('the store is away')]
  stage.room.before = (call) => {
    const outcome = call === 'inspect' && outcomes.shift()
    if (outcome) throw outcome
  }
  await runAll(stage)
  const { state, failedAttempts, warnings } = await stage.video(id)
  assert.deepEqual([state, failedAttempts, warnings], ['ready', undefined, []])

  const other = await begin(t)
  other.stage.room.before = () => {
    throw new MediaRefused('limits')
  }
  await runAll(other.stage)
  assert.deepEqual([(await other.stage.video(other.id)).failure?.code, other.stage.room.calls], ['limits', ['inspect']])
})

test('a source that is not in the store fails the video after several attempts', async (t) => {
  const { stage, id } = await begin(t)
  await stage.deps.objects.delete('raw', [(await stage.video(id)).source.key])
  assert.equal(await runAll(stage), failedAttemptsLimit)
  const { state, failure } = await stage.video(id)
  assert.deepEqual([state, failure?.code], ['failed', 'source_missing'])
})

test('a source that goes missing while it is encoded is never filled with still pictures', async (t) => {
  const { stage, id } = await begin(t)
  stage.room.before = async (call) => {
    if (!call.startsWith('span')) return
    await stage.deps.objects.delete('raw', [(await stage.video(id)).source.key])
    throw new MediaRunError('ffmpeg', 'exit', 1, 'Server returned 404 Not Found')
  }
  await runAll(stage)
  const { state, failure } = await stage.video(id)
  assert.deepEqual([state, failure?.code], ['failed', 'source_missing'])
  assert.ok(!stage.room.calls.some((call) => call.endsWith('fill') && call.startsWith('span')))
})

test('a span that needs a longer run-up gets it within the same attempt', async (t) => {
  const { stage, id } = await begin(t)
  stage.room.before = (call) => {
    if (call.startsWith('span') && call.endsWith('normal')) throw new SpanMismatch('99 frames, not 100')
  }
  await runAll(stage)
  const { state, warnings } = await stage.video(id)
  assert.deepEqual([state, warnings], ['ready', []])
})

test('what can not be decoded is filled after some attempts, and the owner is told', async (t) => {
  const { stage, id } = await begin(t, { seconds: 70 })
  stage.room.before = (call) => {
    if (call.startsWith('span 8-16') && !call.endsWith('fill')) throw new SpanMismatch('no picture')
  }
  await runAll(stage)
  const { state, warnings } = await stage.video(id)
  assert.equal(state, 'ready')
  assert.deepEqual(warnings.map(({ code }) => code), ['filled'])
  assert.equal(stage.room.calls.filter((call) => call.endsWith('fill') && call.startsWith('span')).length, 1)
  await assertAllStored(stage, await stage.plan(id))
})

for (const [what, isHit] of [
  ['pictures', (call: string) => call.startsWith('span')],
  ['sound', (call: string) => call.startsWith('audio')],
] as const) {
  test(`${what} that can not be made at all fail the video`, async (t) => {
    const { stage, id } = await begin(t)
    stage.room.before = (call) => {
      if (isHit(call)) throw new SpanMismatch('nothing')
    }
    await runAll(stage)
    const { state, failure } = await stage.video(id)
    assert.deepEqual([state, failure?.code], ['failed', 'encode_failed'])
  })
}

test('a video that failed tells which chunk and why, and becomes ready when tried again, with what it had', async (t) => {
  const { stage, id } = await begin(t, { seconds: 70 })
  stage.room.before = (call) => {
    if (call.startsWith('span 8-16')) throw new MediaRunError('ffmpeg', 'stalled', null, 'http://store/key?X-Sig=secret: Input/output error')
  }
  await runAll(stage)
  const failed = await stage.video(id)
  assert.deepEqual([failed.state, failed.failure?.code], ['failed', 'encode_failed'])
  assert.match(failed.failureDetail!, /^chunk 1 of the picture: MediaRunError: ffmpeg ended: stalled/)
  assert.doesNotMatch(failed.failureDetail!, /secret|store/)
  const calls = stage.room.calls.length
  stage.room.before = () => {}
  const catalog = { ...stage.deps, cache: undefined as never, signPath: () => '', limits: { dueDelaySeconds: 60, maxStreamsEach: 1, maxStreams: 1 } }
  await retryVideo(catalog, id, { id: failed.accountId, handle: 'anna', isAdmin: false, ip: '127.0.0.1' })
  await runAll(stage)
  const { state, failure, failureDetail } = await stage.video(id)
  assert.deepEqual([state, failure, failureDetail], ['ready', undefined, undefined])
  assert.ok(!stage.room.calls.slice(calls).some((call) => call === 'inspect' || call.startsWith('span 0-')), stage.room.calls.slice(calls).join())
  await assertAllStored(stage, await stage.plan(id))
})

test('a poster that can not be made is no failure', async (t) => {
  const { stage, id } = await begin(t)
  stage.room.before = (call) => {
    if (call === 'poster') throw new MediaRunError('ffmpeg', 'exit', 1, '')
  }
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})

test('an outage is waited out, however often it is met, and ends in ready', async (t) => {
  const { stage, id } = await begin(t)
  let left = 30
  stage.room.before = () => {
    if (left-- > 0) throw new DriverUnavailable('away')
  }
  for (let round = 0; round < 20 && (await stage.video(id)).state !== 'ready'; round++) {
    await runAll(stage)
    stage.advance(60_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
  }
  const { state, failedAttempts } = await stage.video(id)
  assert.deepEqual([state, failedAttempts], ['ready', undefined])
})

test('a store that drops its answers is waited out: nothing is filled and nothing fails', async (t) => {
  const said = [
    '[http @ 0x55e14f4e9280] Stream ends prematurely at 200048, should be 4522712\n[mov @ 0x1] stream 0, offset 0x2: partial file',
    'http://127.0.0.1: Server returned 5XX Server Error reply',
    '[tcp @ 0x556764a5f300] Connection to tcp://127.0.0.1:9 failed: Connection refused',
  ]
  const { stage, id } = await begin(t)
  let met = 0
  stage.room.before = (call) => {
    if (call.startsWith('span') && met < 24) throw new MediaRunError('ffmpeg', 'exit', 1, said[met++ % said.length]!)
  }
  for (let round = 0; round < 40 && (await stage.video(id)).state !== 'ready'; round++) {
    await runAll(stage)
    stage.advance(60_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
  }
  const { state, failedAttempts, warnings } = await stage.video(id)
  assert.deepEqual([state, failedAttempts, warnings ?? []], ['ready', undefined, []])
  assert.ok(!stage.room.calls.some((call) => call.endsWith('fill')))
})

test('a task that kills its workers ends as failed, and its dead letter is taken out', async (t) => {
  const { stage, id } = await begin(t)
  for (let round = 0; round < 100 && (await stage.video(id)).state !== 'failed'; round++) {
    // A worker that dies: the lease is taken and nothing is heard of it.
    await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    stage.advance(31_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
  }
  const { state, failure } = await stage.video(id)
  assert.deepEqual([state, failure?.code], ['failed', 'encode_failed'])
  for (let takes = 0; takes < 20; takes++) {
    await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    stage.advance(31_000)
  }
  await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
  assert.deepEqual(await stage.deps.queue.deadLetters(10), [])
})

test('a message of another version is buried, and harms nobody', async (t) => {
  const { stage, id } = await begin(t)
  await stage.deps.queue.enqueue({ body: { kind: 'teleport', videoId: id }, priority: 1, videoId: id })
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  assert.equal((await stage.deps.queue.deadLetters(10)).length, 1)
})

test('a video deleted while it is encoded gets no slots, and its objects go', async (t) => {
  const { stage, id } = await begin(t)
  stage.room.before = async (call) => {
    if (call.startsWith('span')) await updateVideo(stage.deps.documents, id, (video) => ({ ...video, deletedAt: stage.deps.clock() }))
  }
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.playableAt], ['inspecting', undefined])
  assert.ok((await encodedKeys(stage, id)).every((key) => key.endsWith('init.mp4') || key.includes('/aac-1/')))
  assert.equal(stage.room.calls.filter((call) => call.startsWith('span')).length, 1)
})
