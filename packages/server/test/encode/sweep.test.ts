/** The sweep removes what nothing can refer to, and never what something does or may yet. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initKey, newAttempt, newId, newRevision, posterKey, seekableKey, segmentsKey, sourceKey } from '../../src/domain/keys.ts'
import { inspect } from '../../src/encode/plan/inspect.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { lookAtVideo } from '../../src/encode/reconcile/look-at-video.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { minuteOf, readDue, dueShards } from '../../src/records/due.ts'
import { updateVideo } from '../../src/records/video.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const dayMinutes = 24 * 60

async function put(stage: Stage, key: string): Promise<string> {
  await stage.deps.objects.put('encoded', key, Buffer.from('leftover'), { mediaType: 'video/mp4' })
  return key
}

test('of a ready video only what no slot refers to goes, at once where all slots are filled', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { revision } = await stage.plan(id)
  const before = await encodedKeys(stage, id)
  const lost = [
    await put(stage, segmentsKey(id, revision, 'h264-240p', 0, newAttempt())),
    await put(stage, segmentsKey(id, revision, 'aac-1', 8, newAttempt())),
    await put(stage, posterKey(id, revision, newAttempt())),
  ]
  const rival = await put(stage, initKey(id, newRevision(), 'h264-240p'))
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes }), lost.length)
  assert.deepEqual(await encodedKeys(stage, id), [...before, rival].toSorted())
  stage.advance((dayMinutes + 1) * 60_000)
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes }), 1)
  assert.deepEqual(await encodedKeys(stage, id), before)
  await assertAllStored(stage, await stage.plan(id))
})

test('a source among what was encoded stays, and its seekable copy: two names may lead to one bucket', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const before = await encodedKeys(stage, id)
  const sources = [await put(stage, sourceKey(id, newId())), await put(stage, seekableKey(id, newAttempt()))]
  stage.advance((dayMinutes + 1) * 60_000)
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes }), 0)
  assert.deepEqual(await encodedKeys(stage, id), [...before, ...sources].toSorted())
})

test('while it is encoded, an object that may still get its slots stays until its grace is over', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await inspect({ ...stage.deps, progress: trackProgress(stage.deps) }, { videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  const { revision } = await stage.plan(id)
  await put(stage, segmentsKey(id, revision, 'h264-240p', 0, newAttempt()))
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes }), 0)
  stage.advance((dayMinutes + 1) * 60_000)
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes }), 1)
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})

test('of a deleted video everything goes, the source too, and again after a day, then its documents', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { revision } = await stage.plan(id)
  const deleted = await updateVideo(stage.deps.documents, id, (video) => ({ ...video, deletedAt: stage.deps.clock() }))
  assert.ok((await sweepVideo(stage.deps, id, { graceMinutes: dayMinutes })) > 0)
  assert.deepEqual(await encodedKeys(stage, id), [])
  assert.equal(await stage.deps.objects.head('raw', deleted!.source.key), undefined)

  const atMinute = minuteOf(deleted!.deletedAt! + dayMinutes * 60_000) + 1
  const pages = await Promise.all(Array.from({ length: dueShards }, (_, shard) => readDue(stage.deps.documents, atMinute, shard)))
  const due = pages.flatMap(({ items }) => items).find((one) => one.id === id)
  assert.ok(due, 'nobody looks again')
  const late = await put(stage, segmentsKey(id, revision, 'h264-240p', 0, newAttempt()))
  stage.advance((dayMinutes + 2) * 60_000)
  assert.ok(await lookAtVideo(stage.deps, due, () => stage.deps.queue.depth()), 'the entry stands while something is left')
  await runAll(stage)
  assert.ok(!(await encodedKeys(stage, id)).includes(late))
  assert.equal(await lookAtVideo(stage.deps, due, () => stage.deps.queue.depth()), undefined)
  for (const table of ['plan', 'manifest', 'chunk', 'demand']) assert.deepEqual((await stage.deps.documents.scan(table)).items, [], table)
})
