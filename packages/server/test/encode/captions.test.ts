/** Captions reach the manifests in versions of their own, whatever else is published meanwhile; the sweep keeps their texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caption } from '../../src/domain/extras.ts'
import { captionKey } from '../../src/domain/keys.ts'
import { taskOf } from '../../src/domain/messages.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { updateVideo } from '../../src/records/video.ts'
import { encodedKeys, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const captionIn = (language: string, attempt: string, kind: Caption['kind'] = 'uploaded'): Caption => ({
  id: kind === 'uploaded' ? language : `${language}.${kind}`, kind, language, label: language, attempt, createdAt: 0,
})

async function latest(stage: Stage, id: string) {
  const { revision, manifestVersion } = await stage.video(id)
  return (await readManifestVersion(stage.deps.documents, id, revision!, manifestVersion!))!
}

async function setCaptions(stage: Stage, id: string, captions: Caption[]): Promise<void> {
  const video = await updateVideo(stage.deps.documents, id, (now) => ({ ...now, captions }))
  await stage.deps.queue.enqueue(taskOf({ kind: 'extra', videoId: id, revision: video!.revision!, extra: 'captions' }))
}

test('captions put before the encode, after it, and taken away again', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const id = await stage.addVideo({ captions: [captionIn('en', 'attempt1')] })
  await stage.deps.objects.put('encoded', captionKey(id, 'attempt1'), Buffer.from('WEBVTT\n'), { mediaType: 'text/vtt' })
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const first = await latest(stage, id)
  assert.deepEqual(first.captions?.map(({ attempt }) => attempt), ['attempt1'])
  assert.ok(first.rates, 'what was measured stays listed')

  await setCaptions(stage, id, [captionIn('en', 'attempt2'), captionIn('en', 'attempt3', 'generated'), captionIn('de', 'attempt4', 'generated')])
  await runAll(stage)
  const second = await latest(stage, id)
  assert.equal(second.version, first.version + 1)
  assert.deepEqual(second.captions?.map(({ attempt }) => attempt), ['attempt2', 'attempt4'], 'a written text stands in for a generated one')
  assert.deepEqual(second.renditionIds, first.renditionIds)

  await setCaptions(stage, id, [])
  await runAll(stage)
  assert.deepEqual((await latest(stage, id)).captions, [])
  await setCaptions(stage, id, [])
  await runAll(stage)
  assert.equal((await latest(stage, id)).version, first.version + 2, 'nothing changed, nothing published')
})

test('captions that change while they are published are published again', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { put } = stage.deps.documents
  let changed = false
  stage.deps.documents.put = async (...parameters) => {
    if (parameters[0] === 'manifest' && !changed) {
      changed = true
      await updateVideo(stage.deps.documents, id, (video) => ({ ...video, captions: [captionIn('en', 'attempt2')] }))
    }
    return put.apply(stage.deps.documents, parameters)
  }
  await setCaptions(stage, id, [captionIn('en', 'attempt1')])
  await runAll(stage)
  assert.deepEqual((await latest(stage, id)).captions?.map(({ attempt }) => attempt), ['attempt2'])
})

test('the sweep keeps what the video names, and takes what it names no more after the grace', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const id = await stage.addVideo({ captions: [captionIn('en', 'attempt1')] })
  await stage.deps.queue.enqueue(inspectTask(id))
  for (const attempt of ['attempt1', 'attempt2']) await stage.deps.objects.put('encoded', captionKey(id, attempt), Buffer.from('WEBVTT\n'), { mediaType: 'text/vtt' })
  await runAll(stage)
  const captions = async () => (await encodedKeys(stage, id)).filter((key) => key.endsWith('.vtt'))
  await sweepVideo(stage.deps, id, { graceMinutes: 1440 })
  assert.equal((await captions()).length, 2, 'it may be about to be named')
  stage.advance(2 * 24 * 3600_000)
  await sweepVideo(stage.deps, id, { graceMinutes: 1440 })
  assert.deepEqual(await captions(), [captionKey(id, 'attempt1')])
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, deletedAt: stage.deps.clock() }))
  await sweepVideo(stage.deps, id, { graceMinutes: 1440 })
  assert.deepEqual(await encodedKeys(stage, id), [])
})
