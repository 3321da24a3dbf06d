/** Hardware encoders: what they are told, and what happens where there are none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardwareEncoder, VideoDraft } from '../../src/domain/plan.ts'
import { readSettings } from '../../src/config/read.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { draftPlan } from '../../src/encode/plan/make-plan.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { hardwareTrouble } from '../../src/media/probe-hardware.ts'
import { spanArgs } from '../../src/media/span-args.ts'
import { videoOutputArgs } from '../../src/media/video-settings.ts'
import { chooseVideoEncoder } from '../../src/roles/choose-video-encoder.ts'
import { GiveBack } from '../../src/encode/worker/errors.ts'
import { noteHardware } from '../../src/encode/worker/hardware-presence.ts'
import { readPlan } from '../../src/records/plan.ts'
import { updateVideo } from '../../src/records/video.ts'
import { openFakeRoom } from '../encode/fake-room.ts'
import { assertAllStored, openStage, runAll } from '../encode/stage.ts'
import { quietLog } from '../fixtures/quiet-log.ts'
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

test('hardware that is not here: the reason is said, and new plans are for software', { timeout: 300_000 }, async (t) => {
  const trouble = await hardwareTrouble({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, 'nvenc')
  if (trouble === undefined) return t.skip('there is an NVENC here')
  assert.ok(trouble.length > 5)
  const said: string[] = []
  const log = { ...quietLog, error: (fields: object) => void said.push(JSON.stringify(fields)) }
  assert.equal(await chooseVideoEncoder(readSettings({ SLUICE_VIDEO_ENCODER: 'nvenc' }), log), undefined)
  assert.match(said[0]!, /nvenc/)
  assert.equal(await chooseVideoEncoder(readSettings({}), log), undefined)
  assert.ok(draftWith().video!.renditions.every(({ settings }) => settings.encoder === undefined))
})

/** A video planned for QSV of which nothing was made, on an encoder that has none. */
async function plannedForHardware() {
  const stage = await openStage({ seconds: 10 })
  stage.deps.limits.videoEncoder = 'qsv'
  await noteHardware(stage.deps)
  const id = await stage.addVideo()
  const progress = trackProgress(stage.deps)
  stage.room.before = (call) => {
    if (call.startsWith('span')) throw new GiveBack('not now', 1)
  }
  await handleTask({ ...stage.deps, progress }, { kind: 'inspect', videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  stage.room.before = () => {}
  stage.deps.limits.videoEncoder = undefined
  stage.room.calls.length = 0
  const { revision } = await stage.plan(id)
  const opening = () => handleTask({ ...stage.deps, progress }, { kind: 'opening', videoId: id, revision }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  return { stage, id, revision, opening }
}

test('a plan for hardware waits for an encoder that has it: nothing is made in software, nothing fails', { timeout: 300_000 }, async (t) => {
  const { stage, id, revision, opening } = await plannedForHardware()
  t.after(() => stage.close())
  await assert.rejects(opening(), GiveBack)
  assert.ok(!stage.room.calls.some((call) => /^(span|audio)/.test(call)), stage.room.calls.join())
  stage.deps.limits.videoEncoder = 'qsv'
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.revision, video.warnings], ['ready', revision, []])
})

test('when nobody has had the hardware for minutes the video is planned anew in software, and says so', { timeout: 300_000 }, async (t) => {
  const { stage, id, revision, opening } = await plannedForHardware()
  t.after(() => stage.close())
  stage.advance(3 * 60_000)
  await Promise.all([opening(), opening()])
  assert.equal((await stage.video(id)).revision, undefined)
  await runAll(stage)
  const video = await stage.video(id)
  assert.equal(video.state, 'ready')
  assert.notEqual(video.revision, revision)
  assert.deepEqual(video.warnings.map(({ code }) => code), ['encoder_gone'])
  const plan = await stage.plan(id)
  assert.ok(plan.video!.renditions.every(({ settings }) => settings.encoder === undefined))
  assert.equal(await readPlan(stage.deps.documents, id, revision), undefined)
  await assertAllStored(stage, plan)
})

test('one that plays waits as long as the setting says, and becomes playable again', { timeout: 300_000 }, async (t) => {
  const { stage, id, revision, opening } = await plannedForHardware()
  t.after(() => stage.close())
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, state: 'playable', playableAt: 1 }))
  stage.advance(9 * 60_000)
  await assert.rejects(opening(), GiveBack)
  assert.equal((await stage.video(id)).revision, revision)
  stage.advance(60_000)
  await opening()
  assert.equal((await stage.video(id)).state, 'inspecting')
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})
