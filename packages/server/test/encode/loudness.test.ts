/** How loud a video is: measured once on what was stored, and told to players. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { measureLoudness } from '../../src/media/measure-loudness.ts'
import { inspectTask, openStage, runAll } from './stage.ts'

test('a sine is as loud as the standard says, silence is not loud at all', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-loudness-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const measure = (amplitude: number) => {
    const path = join(directory, 'track.mp4')
    const source = `aevalsrc='${amplitude}*sin(2*PI*997*t)|${amplitude}*sin(2*PI*997*t)':s=48000:d=8`
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', source, '-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov', path])
    return measureLoudness({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, { path })
  }
  // ITU-R BS.1770-4: 997 Hz at full scale in two channels is 0 LKFS.
  const loud = await measure(0.5)
  assert.ok(Math.abs(loud!.integratedLufs + 6) < 0.3 && Math.abs(loud!.truePeakDbtp + 6) < 1.5, JSON.stringify(loud))
  assert.equal(await measure(0), undefined)
})

test('it is measured when all is there, once, and silence is remembered', async (t) => {
  for (const [measured, kept] of [[{ integratedLufs: -9.5, truePeakDbtp: -0.4 }, { integratedLufs: -9.5, truePeakDbtp: -0.4 }], [undefined, null]] as const) {
    const stage = await openStage({ seconds: 10 })
    t.after(() => stage.close())
    let times = 0
    stage.room.measureLoudness = async () => (times++, measured)
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    await runAll(stage)
    assert.deepEqual((await stage.video(id)).loudness, kept)
    const { revision } = await stage.video(id)
    await stage.deps.queue.enqueue({ body: { kind: 'extra', videoId: id, revision, extra: 'loudness' }, priority: 3, videoId: id })
    await runAll(stage)
    assert.equal(times, 1)
  }
})
