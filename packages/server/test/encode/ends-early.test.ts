/** A source that can't be decoded behind some place: the next manifest ends there, and the owner is told. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sleep } from '../../src/base/time.ts'
import { endingAt, segmentsOf } from '../../src/domain/grid.ts'
import { endsEarly } from '../../src/encode/tasks/ends-early.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { startWorker } from '../../src/encode/worker/work.ts'
import { writeDash } from '../../src/manifests/dash.ts'
import { writeHlsMedia } from '../../src/manifests/hls.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { makeClip } from '../fixtures/clips.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'
import { assertAllStored, inspectTask, openStage, runAll } from './stage.ts'

test('the end is where the last picture is, if no sound goes on', () => {
  const plan = samplePlan(120)
  const { grid } = plan.video!
  const chunkFrames = (chunk: number) => (chunk * 8 - 1) * grid.segmentFrames
  const video = (chunk: number, decodedTo?: number) => ({ track: 'h264', chunk, decodedTo })
  const track = plan.audio[0]!
  const sound = (heardSegments: number) => new Map([[track.id, segmentsOf(track.grid, 'audio').map(({ number }) => ({
    key: 'k', offset: 0, length: number < heardSegments ? 60_000 : 1600, sha256: '',
  }))]])
  const silence = sound(16)
  const all = [video(3, chunkFrames(3)), video(2, chunkFrames(2) + 50)]
  assert.equal(endsEarly(plan, all, silence), ((chunkFrames(2) + 50) * grid.frameTicks) / grid.timescale)
  assert.equal(endsEarly(plan, all, sound(17)), undefined, 'the sound goes on')
  assert.equal(endsEarly(plan, all, new Map()), undefined, 'the sound is not made yet')
  assert.equal(endsEarly(plan, [all[1]!], silence), undefined, 'the last chunk has pictures')
  assert.equal(endsEarly(plan, [video(3), ...all.slice(1)], silence), undefined, 'the last chunk was filled in its middle')
  assert.equal(endsEarly(plan, [], silence), undefined)
})

test('a shortened plan ends with a whole segment, and so do its manifests', () => {
  const plan = samplePlan(120)
  assert.equal(endingAt(plan, undefined), plan)
  const shown = endingAt(plan, 50.5)
  assert.equal(shown.durationSeconds.toFixed(3), '52.052')
  const whole = segmentsOf(plan.video!.grid, 'video')
  assert.deepEqual(segmentsOf(shown.video!.grid, 'video'), whole.slice(0, 14))
  const manifest = { version: 2, createdAt: 0, renditionIds: [plan.video!.renditions[0]!.id, plan.audio[0]!.id] }
  assert.match(writeDash(shown, manifest), /mediaPresentationDuration="PT52.052S"/)
  assert.equal(writeHlsMedia(shown, manifest.renditionIds[0]!).match(/#EXTINF/g)!.length, 14)
})

test('a damaged end is filled, then left out of the next manifest', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  // 25 frames a second: nothing decodes behind 41 s, neither picture (chunks of 30 and 32 s) nor sound.
  stage.room.decodableFrames = 41 * 25
  stage.room.before = (call) => {
    const [kind, place] = call.split(' ')
    const damaged = kind === 'span' ? Number(place!.split('-')[1]) > 12 : kind === 'audio' && !/ 0-/.test(call)
    if (damaged && !call.endsWith('fill')) throw new SpanMismatch(call)
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.durationSeconds], ['ready', 44])
  assert.deepEqual(video.warnings.map(({ code }) => code).toSorted(), ['ends_early', 'filled'])
  const plan = await stage.plan(id)
  const manifest = await readManifestVersion(stage.deps.documents, id, plan.revision, video.manifestVersion!)
  assert.equal(manifest!.endsAtSeconds, 41)
  await assertAllStored(stage, plan)
})

test('a real file whose second half is garbage ends in its middle', { timeout: 900_000 }, async (t) => {
  const bytes = readFileSync(makeClip({ seconds: 16, width: 320, height: 240, outputArgs: ['-movflags', '+faststart', '-g', '30'] }))
  bytes.fill(0x55, Math.floor(bytes.length * 0.5))
  const directory = mkdtempSync(join(tmpdir(), 'sluice-ends-early-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'garbage.mp4')
  writeFileSync(path, bytes)
  const stage = await openStage({ clip: path, fastDue: true })
  const worker = startWorker({ ...stage.deps, progress: trackProgress(stage.deps) })
  t.after(async () => {
    await worker.stop()
    await stage.close()
  })
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  while ((await stage.video(id)).state !== 'ready') await sleep(100)
  const video = await stage.video(id)
  assert.ok(video.durationSeconds! >= 6 && video.durationSeconds! <= 12, `${video.durationSeconds} s`)
  assert.ok(video.warnings.some(({ code }) => code === 'ends_early'))
})
