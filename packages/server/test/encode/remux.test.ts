/** Sources that can't be sought in: copied once, planned from the copy, and never stuck where no copy can be made. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { isSeekableKey, newAttempt, seekableKey, videoPrefix } from '../../src/domain/keys.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { NotSeekable } from '../../src/media/make-seekable.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { makeClip } from '../fixtures/clips.ts'
import { nastyClip, nastyClips } from '../media/nasty-clips.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage, type StageOptions } from './stage.ts'

async function open(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const stage = await openStage(options)
  t.after(() => stage.close())
  return stage
}

async function openUnseekable(t: TestContext): Promise<Stage> {
  const stage = await open(t)
  const inspect = stage.room.inspectSource
  stage.room.inspectSource = async (url, options) => {
    if (options.mustSeek) throw new NotSeekable('avi', 12)
    return inspect(url, options)
  }
  return stage
}

const rawKeys = async (stage: Stage, id: string) => (await stage.deps.objects.list('raw', videoPrefix(id))).items.map(({ key }) => key)

for (const [name, path, seconds] of [
  ['a transport stream', makeClip({ seconds: 6, extension: 'ts' }), 6],
  ['a joined transport stream whose time jumps back', nastyClip(nastyClips.find(({ name }) => name === 'jumps-back.ts')!), 14],
] as const) {
  test(`${name} is encoded from its copy`, { timeout: 800_000 }, async (t) => {
    const stage = await open(t, { clip: path, fastDue: true })
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    await runAll(stage)
    const video = await stage.video(id)
    assert.deepEqual([video.state, video.failure, video.warnings], ['ready', undefined, []])
    const plan = await stage.plan(id)
    assert.deepEqual(plan.source, video.remux!.copy)
    assert.ok(isSeekableKey(plan.source.key))
    assert.equal(plan.video!.source.prerollSeconds, 1)
    assert.ok(Math.abs(plan.durationSeconds - seconds) < 0.3, `${plan.durationSeconds} s`)
    await assertAllStored(stage, plan)
  })
}

test('one copy is kept, whoever else makes one, and it goes with the video', async (t) => {
  const stage = await openUnseekable(t)
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { state, remux } = await stage.video(id)
  assert.deepEqual([state, remux?.share, remux?.claimedSeconds], ['ready', 1, 12])
  assert.equal((await rawKeys(stage, id)).length, 2)
  const orphan = seekableKey(id, newAttempt())
  await stage.deps.objects.put('raw', orphan, Buffer.from('of a worker that died'), { mediaType: 'video/x-matroska' })
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: 60 }), 0)
  stage.advance(61 * 60_000)
  await sweepVideo(stage.deps, id, { graceMinutes: 60 })
  assert.deepEqual((await rawKeys(stage, id)).filter(isSeekableKey), [remux!.copy!.key])
})

test('where no copy can be made the source is read as it is', async (t) => {
  const stage = await openUnseekable(t)
  stage.room.before = (call) => {
    if (call === 'copy') throw new MediaRunError('ffmpeg', 'exit', 1, 'Only VP8 or VP9 is supported')
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.remux?.failed], ['ready', true])
  assert.equal((await stage.plan(id)).source.key, video.source.key)
})

test('a source that drops while it is copied is no verdict: tried again', async (t) => {
  const stage = await openUnseekable(t)
  let drops = 2
  stage.room.before = (call) => {
    if (call === 'copy' && drops-- > 0) throw new MediaRunError('ffmpeg', 'exit', 0, 'Connection reset by peer')
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.failedAttempts], ['ready', 2])
  assert.ok(isSeekableKey((await stage.plan(id)).source.key))
})
