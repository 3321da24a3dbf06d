/** Texts of the source and posters to choose from become the video's, once, beside what its owner put; the sweep keeps them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captionKey } from '../../src/domain/keys.ts'
import { taskOf, type Extra } from '../../src/domain/messages.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { readChapters } from '../../src/records/chapters.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { encodedKeys, inspectTask, openStage, runAll } from './stage.ts'

const cue = (text: string) => ({ startSeconds: 1, endSeconds: 2, settings: '', text })

test('subtitles and chapters of the source', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  stage.room.texts = {
    chapters: [{ startSeconds: 0, title: 'One' }],
    texts: [{ language: 'en', label: 'English', cues: [cue('Hello')] }, { language: 'en', label: 'English (SDH)', cues: [cue('Hello!')] }],
    pictureSubtitles: 2,
  }
  const id = await stage.addVideo({ captions: [{ id: 'en', kind: 'uploaded', language: 'en', label: 'Mine', attempt: 'attempt1', createdAt: 0 }] })
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual(video.captions?.map((one) => one.id), ['en', 'en.source', 'en.source-2'])
  assert.deepEqual(video.warnings.map(({ code }) => code), ['picture_subtitles'])
  assert.deepEqual(await readChapters(stage.deps.documents, id), [{ startSeconds: 0, title: 'One' }])
  const text = await stage.deps.objects.get('encoded', captionKey(id, video.captions![1]!.attempt))
  assert.equal(Buffer.from(text).toString(), 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n')
  const listed = await readManifestVersion(stage.deps.documents, id, video.revision!, video.manifestVersion!)
  assert.deepEqual(listed?.captions?.map(({ label }) => label), ['Mine', 'English', 'English (SDH)'])
})

test('posters: what stands and what else there is; the sweep keeps all of them', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { posterKey, posterCandidates } = await stage.video(id)
  assert.deepEqual(posterCandidates?.map(({ atSeconds }) => atSeconds), [undefined, 3, 6])
  assert.equal(posterCandidates[0]!.key, posterKey)
  stage.advance(3 * 24 * 3600_000)
  await sweepVideo(stage.deps, id, { graceMinutes: 1440 })
  const keys = await encodedKeys(stage, id)
  for (const { key } of posterCandidates) assert.ok(keys.includes(key), key)
})

test('repeating them changes nothing; what fails is given up and leaves the video ready', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  stage.room.texts.texts = [{ language: 'de', label: 'Deutsch', cues: [cue('Hallo')] }]
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const before = await stage.video(id)
  const keys = await encodedKeys(stage, id)
  for (const extra of ['storyboard', 'texts', 'posters', 'captions'] satisfies Extra[]) {
    await stage.deps.queue.enqueue(taskOf({ kind: 'extra', videoId: id, revision: before.revision!, extra }))
  }
  await runAll(stage)
  assert.deepEqual(await stage.video(id), before)
  assert.deepEqual(await encodedKeys(stage, id), keys)

  stage.room.before = (call) => {
    if (call === 'texts' || call === 'posters') throw new Error('broken')
  }
  const second = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(second))
  await runAll(stage)
  const video = await stage.video(second)
  assert.deepEqual([video.state, video.textsRead, video.posterCandidates], ['ready', undefined, undefined])
})
