/** What encoders count: time to playable, tasks, speed, failures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMeasures } from '../../src/base/measures.ts'
import { failureOf, failVideo } from '../../src/encode/worker/fail-video.ts'
import { inspectTask, openStage, runAll } from './stage.ts'

test('a video from upload to ready, and one that fails, are counted once', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const measures = openMeasures()
  const measured = { ...stage, deps: { ...stage.deps, measures } }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(measured)
  assert.equal((await stage.video(id)).state, 'ready')
  const other = await stage.addVideo()
  for (let times = 0; times < 2; times++) await failVideo(measured.deps, other, failureOf('encode_failed'))
  await failVideo(measured.deps, id, failureOf('encode_failed'))

  const lines = measures.render()
  const value = (sample: string): number => Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length + 1))
  assert.equal(value('sluice_time_to_playable_seconds_count{duration="under 1 min"}'), 1)
  assert.equal(value('sluice_videos_failed_total{code="encode_failed"}'), 1)
  for (const kind of ['inspect', 'chunk']) assert.ok(value(`sluice_task_seconds_count{kind="${kind}"}`) >= 1, kind)
  const encoded = value('sluice_encoded_media_seconds_total{work="bulk"}') + value('sluice_encoded_media_seconds_total{work="express"}')
  assert.ok(encoded > 30 && encoded < 60, `${encoded} s of a film of 40 s`)
  assert.ok(value('sluice_encoding_seconds_total{work="bulk"}') > 0)
  assert.equal(value('sluice_task_cpu_seconds_count{priority="2"}') > 0, process.platform === 'linux')
})
