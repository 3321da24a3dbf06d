/** The way of a video through the encoder, from inspection to ready. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEncodedKey } from '../../src/domain/keys.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { openFakeRoom } from './fake-room.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, runAll } from './stage.ts'

test('a video goes from inspecting over playable to ready, opening first', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  const states: string[] = []
  const looks: Promise<void>[] = []
  stage.deps.signals.subscribe(videoTopic(id), (message) => {
    if ((message as { kind: string }).kind === 'video') looks.push(stage.video(id).then(({ state }) => void (states.at(-1) !== state && states.push(state))))
  })
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  await Promise.all(looks)

  const video = await stage.video(id)
  assert.equal(video.state, 'ready')
  assert.equal(video.progress, 1)
  assert.deepEqual(video.completeRenditions, ['h264-240p', 'h264-360p', 'aac-1'])
  assert.equal(video.startRendition, 'h264-240p')
  assert.deepEqual([video.width, video.height, video.frameRate, video.durationSeconds], [640, 360, 25, 70])
  assert.ok(video.playableAt! <= video.readyAt!)
  assert.ok(states.indexOf('inspecting') < states.indexOf('playable') && states.at(-1) === 'ready', states.join())
  assert.deepEqual(stage.room.calls.slice(0, 3).toSorted(), ['audio aac-1 0-1 normal', 'inspect', 'span 0-2 h264-240p normal'])
  assert.equal(parseEncodedKey(video.posterKey!)?.kind, 'poster')

  const plan = await stage.plan(id)
  await assertAllStored(stage, plan)
  const { slots } = await readSlots(stage.deps.documents, plan)
  const used = new Set([...slots.values()].flat().map((slot) => slot!.key))
  const stored = (await encodedKeys(stage, id)).filter((key) => parseEncodedKey(key)?.kind === 'segments')
  assert.deepEqual(new Set(stored), used, 'an object that no slot refers to')
  assert.ok(stored.length <= 2 * 3 + 3 + 2, 'one object per chunk and rendition, and the openings')
})

test('slow renditions join the manifest when they are complete', async (t) => {
  const room = openFakeRoom(40)
  room.inspection.video = { ...room.inspection.video!, codec: 'hevc', codedWidth: 3840, codedHeight: 2160, width: 3840, height: 2160, transfer: 'pq', pixelFormat: 'yuv420p10le', rate: { num: 60, den: 1 } }
  const stage = await openStage({ room })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  const plan = await stage.plan(id)
  assert.equal(video.state, 'ready')
  const first = await readManifestVersion(stage.deps.documents, id, plan.revision, 1)
  assert.ok(first!.renditionIds.includes('h264-240p') && first!.renditionIds.includes('aac-1'))
  assert.ok(!first!.renditionIds.includes('h264-2160p'))
  assert.ok(video.manifestVersion! > 1)
  const last = await readManifestVersion(stage.deps.documents, id, plan.revision, video.manifestVersion!)
  assert.deepEqual(last!.renditionIds, [...plan.video!.renditions.map((one) => one.id), 'aac-1'])
  assert.deepEqual(first!.rates, undefined)
  assert.deepEqual(Object.keys(video.quality!), plan.video!.renditions.map((one) => one.id), 'measured after it was ready')
  for (const id of last!.renditionIds) {
    const { peakBitsPerSecond, averageBitsPerSecond } = last!.rates![id]!
    assert.ok(averageBitsPerSecond > 0 && peakBitsPerSecond >= averageBitsPerSecond, `${id}: ${peakBitsPerSecond}, ${averageBitsPerSecond}`)
  }
})

test('a long video has a bounded number of chunks in the queue', async (t) => {
  const stage = await openStage({ seconds: 3000 })
  t.after(() => stage.close())
  let most = 0
  stage.room.before = async () => {
    const depth = await stage.deps.queue.depth()
    most = Math.max(most, depth.reduce((sum, { ready, leased, delayed }) => sum + ready + leased + delayed, 0))
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  assert.ok(most <= 24, `${most} tasks at once`)
  await assertAllStored(stage, await stage.plan(id))
})

for (const [name, changes] of [
  ['sound alone', { video: undefined }],
  ['a picture alone', { audio: [] }],
] as const) {
  test(`${name} becomes ready`, async (t) => {
    const stage = await openStage({ room: openFakeRoom(9, changes as object) })
    t.after(() => stage.close())
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    await runAll(stage)
    const video = await stage.video(id)
    assert.equal(video.state, 'ready')
    assert.equal(video.startRendition, name === 'sound alone' ? 'aac-1' : 'h264-240p')
    await assertAllStored(stage, await stage.plan(id))
  })
}
