/** The opening that is begun while inspection still looks: it counts only where the plan asks for the very same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import type { Inspection } from '../../src/media/inspection.ts'
import { openStage, runAll, type Stage } from './stage.ts'

const opening = 'span 0-2 h264-240p normal'
const opened = (stage: Stage) => stage.room.calls.filter((call) => call === opening).length

async function inspected(stage: Stage, guess: (found: Inspection) => Inspection): Promise<string> {
  stage.room.guess = guess(structuredClone(stage.room.inspection))
  const id = await stage.addVideo()
  const deps = { ...stage.deps, progress: trackProgress(stage.deps) }
  await handleTask(deps, { kind: 'inspect', videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  return id
}

test('a right guess saves the opening: playable when the inspection ends', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  // The end and the sound are only claims, and play no part in it.
  const id = await inspected(stage, (found) => ({ ...found, durationSeconds: 75, video: { ...found.video!, endSeconds: 75 }, audio: [] }))
  assert.equal((await stage.video(id)).state, 'playable')
  assert.equal(opened(stage), 1)
  assert.ok(stage.room.calls.indexOf(opening) < stage.room.calls.findIndex((call) => call.startsWith('audio')))
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})

test('a wrong guess is thrown away: another rate, another origin, a rotation', async (t) => {
  const wrong: ((found: Inspection) => Inspection)[] = [
    (found) => ({ ...found, video: { ...found.video!, rate: { num: 30, den: 1 } } }),
    (found) => ({ ...found, originSeconds: 0.02 }),
    (found) => ({ ...found, video: { ...found.video!, width: 360, height: 640, rotationDegrees: 90 } }),
    (found) => ({ ...found, video: { ...found.video!, interlaced: true } }),
  ]
  for (const guess of wrong) {
    const stage = await openStage({ seconds: 70 })
    t.after(() => stage.close())
    const id = await inspected(stage, guess)
    assert.equal((await stage.video(id)).state, 'playable')
    assert.equal(opened(stage), 2)
  }
})

test('an early opening that fails costs nothing but itself', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  let failed = false
  stage.room.before = (call) => {
    if (call !== opening || failed) return
    failed = true
    throw new Error('of this test')
  }
  const id = await inspected(stage, (found) => found)
  assert.equal((await stage.video(id)).state, 'playable')
  assert.equal(opened(stage), 2)
})

test('an opening that fails inside the inspection becomes a task of its own', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  let failures = 0
  stage.room.before = (call) => {
    if (call.startsWith('span 0-2 ') && failures < 3) throw new Error(`of this test ${failures++}`)
  }
  const id = await inspected(stage, (found) => found)
  assert.equal((await stage.video(id)).state, 'inspecting')
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})
