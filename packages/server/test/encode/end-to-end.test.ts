/** A real clip through the real worker: uploaded, planned, playable, ready, every segment what its slot says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../src/base/time.ts'
import { initKey } from '../../src/domain/keys.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { startWorker } from '../../src/encode/worker/work.ts'
import { clip, makeClip } from '../fixtures/clips.ts'
import { assertAllStored, inspectTask, openStage } from './stage.ts'

for (const [name, path] of [
  ['a generated clip', makeClip({ seconds: 10, width: 640, height: 480 })],
  ['ten seconds of flowers', clip('r_flower_720p30_10s_h264.mp4')],
  ['a portrait', clip('d_portrait_1080x1920_mono.mp4')],
  ['sound alone', clip('d_audio_only.m4a')],
] as const) {
  test(`${name} becomes ready`, { timeout: 800_000, skip: path === undefined && 'the clip is not here' }, async (t) => {
    const stage = await openStage({ clip: path! })
    const worker = startWorker({ ...stage.deps, progress: trackProgress(stage.deps) })
    t.after(async () => {
      await worker.stop()
      await stage.close()
    })
    const startedAtMs = performance.now()
    const seconds = () => ((performance.now() - startedAtMs) / 1000).toFixed(2)
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    let video = await stage.video(id)
    while (video.state !== 'ready' && video.state !== 'failed') {
      const before = video
      await sleep(20)
      video = await stage.video(id)
      if (!before.revision && video.revision) t.diagnostic(`planned after ${seconds()} s`)
      if (before.state !== video.state) t.diagnostic(`${video.state} after ${seconds()} s`)
    }
    assert.deepEqual(video.failure, undefined)
    assert.deepEqual(video.warnings, [])
    const plan = await stage.plan(id)
    for (const rendition of [...(plan.video?.renditions ?? []), ...plan.audio]) assert.ok(await stage.deps.objects.head('encoded', initKey(id, plan.revision, rendition.id)))
    await assertAllStored(stage, plan)
    if (!plan.video) return
    for (let waited = 0; waited < 1000 && !video.posterKey; waited++) {
      await sleep(20)
      video = await stage.video(id)
    }
    const poster = await stage.deps.objects.get('encoded', video.posterKey!)
    assert.deepEqual([...poster.subarray(0, 2)], [0xff, 0xd8], 'a JPEG')
  })
}
