/** Hardware encoders: what they are told, and what happens where there are none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardwareEncoder, VideoDraft } from '../../src/domain/plan.ts'
import { taskOf } from '../../src/domain/messages.ts'
import { readSettings } from '../../src/config/read.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { draftPlan } from '../../src/encode/plan/make-plan.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { hardwareTrouble } from '../../src/media/probe-hardware.ts'
import { spanArgs } from '../../src/media/span-args.ts'
import { videoOutputArgs } from '../../src/media/video-settings.ts'
import { chooseVideoEncoder } from '../../src/roles/choose-video-encoder.ts'
import { openFakeRoom } from '../encode/fake-room.ts'
import { openStage, runAll, silent } from '../encode/stage.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'

const draftWith = (videoEncoder?: HardwareEncoder) =>
  draftPlan(openFakeRoom(10).inspection, { videoId: 'v', revision: 'r', source: { key: 'k', sizeBytes: 1 }, preset: 'veryfast', videoEncoder, encoderBuild: 'x', now: 0 })
const outputOf = (rendition: VideoDraft) => videoOutputArgs(rendition, { timescale: 50, segmentFrames: 100, threads: 2 })
const after = (args: string[], name: string) => args[args.indexOf(name) + 1]

for (const [encoder, name] of [['nvenc', 'h264_nvenc'], ['vaapi', 'h264_vaapi'], ['qsv', 'h264_qsv']] as const) {
  test(`${encoder}: the plan's quality, cap, GOP, profile and level; fragments as x264's`, () => {
    const [rendition] = draftWith(encoder).video!.renditions
    const args = outputOf(rendition!)
    const software = outputOf(draftWith().video!.renditions[0]!)
    assert.equal(after(args, '-c:v'), name)
    for (const option of ['-maxrate', '-bufsize', '-g', '-profile:v', '-movflags', '-video_track_timescale', '-colorspace']) assert.equal(after(args, option), after(software, option), option)
    assert.equal(Number(after(args, '-level:v')), Number(rendition!.settings.level) * 10)
    assert.ok(!args.includes('-x264-params') && !args.includes('-preset veryfast'))
  })
}

test('VA-API gets its device, and pictures in its memory, in every output', () => {
  const plan = samplePlan(20)
  const renditions = plan.video!.renditions.map((one) => ({ ...one, settings: { ...one.settings, encoder: 'vaapi' as const } }))
  const args = spanArgs({ plan, url: 'http://127.0.0.1/x', renditions, from: 0, to: 2, mode: 'normal', threads: 2, pathOf: (id) => `/w/${id}.mp4` })
  assert.ok(args.indexOf('-vaapi_device') < args.indexOf('-i'))
  assert.equal(after(args, '-filter_complex')!.match(/format=nv12,hwupload\[v\d\]/g)?.length, renditions.length)
})

test('hardware that is not here: the reason is said, and new plans are for software', { timeout: 60_000 }, async (t) => {
  const trouble = await hardwareTrouble({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, 'nvenc')
  if (trouble === undefined) return t.skip('there is an NVENC here')
  assert.ok(trouble.length > 5)
  const said: string[] = []
  const log = { ...silent, error: (fields: object) => void said.push(JSON.stringify(fields)) }
  assert.equal(await chooseVideoEncoder(readSettings({ SLUICE_VIDEO_ENCODER: 'nvenc' }), log), undefined)
  assert.match(said[0]!, /nvenc/)
  assert.equal(await chooseVideoEncoder(readSettings({}), log), undefined)
  assert.ok(draftWith().video!.renditions.every(({ settings }) => settings.encoder === undefined))
})

test('a plan for hardware waits for an encoder that has it: nothing is made in software, nothing fails', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 10 })
  t.after(() => stage.close())
  stage.deps.limits.videoEncoder = 'qsv'
  const id = await stage.addVideo()
  const progress = trackProgress(stage.deps)
  await handleTask({ ...stage.deps, progress }, { kind: 'inspect', videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  stage.deps.limits.videoEncoder = undefined
  const made = stage.room.calls.length
  await runAll(stage)
  assert.ok((await stage.plan(id)).video!.renditions.every(({ settings }) => settings.encoder === 'qsv'))
  assert.ok(!stage.room.calls.slice(made).some((call) => /^(span|audio)/.test(call)), stage.room.calls.join())
  assert.notEqual((await stage.video(id)).state, 'failed')
  stage.deps.limits.videoEncoder = 'qsv'
  await stage.deps.queue.enqueue(taskOf({ kind: 'inspect', videoId: id, again: true }))
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})
