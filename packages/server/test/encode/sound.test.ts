/** Sound is made by the segment for who waits, by parts in bulk; what came first stays, and missing samples are filled last. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { taskOf, type Message } from '../../src/domain/messages.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import { readChunks, readSlots } from '../../src/records/chunk.ts'
import { makeClip } from '../fixtures/clips.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const context = { signal: new AbortController().signal, attempt: 1, priority: 1 as const }
const handle = (stage: Stage, message: Message) => handleTask({ ...stage.deps, progress: trackProgress(stage.deps) }, message, context)

/** A planned video of so many seconds; nothing is encoded, and the queue's tasks are left to the test. */
async function planned(seconds: number) {
  const stage = await openStage({ seconds })
  const id = await stage.addVideo()
  await handle(stage, { kind: 'inspect', videoId: id })
  const plan = await stage.plan(id)
  stage.room.calls.length = 0
  const soundSlots = async () => (await readSlots(stage.deps.documents, plan)).slots.get('aac-1')!
  return { stage, plan, id, of: { videoId: id, revision: plan.revision, renditionId: 'aac-1' }, soundSlots }
}
const soundCalls = (stage: Stage) => stage.room.calls.filter((call) => call.startsWith('audio'))

test('one segment is made for a viewer, wherever it is, and stays when the rest is made', async (t) => {
  const { stage, of, soundSlots } = await planned(600)
  t.after(() => stage.close())
  await handle(stage, { kind: 'segment', ...of, number: 100 })
  assert.deepEqual(soundCalls(stage), ['audio aac-1 100-101 normal'])
  const before = await soundSlots()
  assert.deepEqual(before.flatMap((slot, number) => (slot ? [number] : [])), [0, 100], 'that one, beside the opening')
  await handle(stage, { kind: 'segment', ...of, number: 100 })
  await handle(stage, { kind: 'segment', ...of, number: 100_000 })
  assert.equal(soundCalls(stage).length, 1)
  await handle(stage, { kind: 'audio', ...of, part: 1 })
  assert.deepEqual((await soundSlots())[100], before[100])
  assert.deepEqual((await soundSlots()).flatMap((slot, number) => (slot ? [] : [number])).filter((number) => number >= 64 && number < 128), [])
})

test('a long track is made in parts, few of them in the queue at once', async (t) => {
  const { stage, plan, id, soundSlots } = await planned(3000)
  t.after(() => stage.close())
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  assert.ok(!(await soundSlots()).includes(null))
  await assertAllStored(stage, plan)
  const parts = soundCalls(stage).filter((call) => !call.includes(' 0-1 '))
  assert.equal(parts.length, Math.ceil((await soundSlots()).length / 64))
  assert.deepEqual([0, 1].map((part) => taskOf({ kind: 'audio', videoId: id, revision: plan.revision, renditionId: 'aac-1', part }).priority), [1, 2])
})

test('where samples are missing a longer run-up is tried at once, silence only in later attempts', async (t) => {
  const { stage, plan, of, soundSlots } = await planned(30)
  t.after(() => stage.close())
  stage.room.before = (call) => {
    if (call.startsWith('audio') && !call.endsWith('fill')) throw new SpanMismatch('a frame is missing')
  }
  for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(handle(stage, { kind: 'audio', ...of, part: 0 }), SpanMismatch)
  assert.deepEqual(soundCalls(stage).map((call) => call.split(' ')[3]), ['normal', 'long-preroll', 'normal', 'long-preroll'])
  await handle(stage, { kind: 'audio', ...of, part: 0 })
  assert.ok(!(await soundSlots()).includes(null))
  assert.ok((await readChunks(stage.deps.documents, plan.videoId, plan.revision)).some(({ filled }) => filled))
})

test('damage in the sound of a real file marks the chunks that hold it, and no others of their part', { timeout: 600_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-hole-'))
  const path = join(directory, 'hole.m4a')
  const bytes = readFileSync(makeClip({ audioOnly: true, seconds: 120, extension: 'm4a', outputArgs: ['-movflags', '+faststart'] }))
  // From 96 s on: in the third of four chunks of one part.
  bytes.fill(0xff, Math.floor(bytes.length * 0.8))
  writeFileSync(path, bytes)
  const stage = await openStage({ clip: path })
  t.after(async () => (rmSync(directory, { recursive: true }), await stage.close()))
  const id = await stage.addVideo()
  await handle(stage, { kind: 'inspect', videoId: id })
  const plan = await stage.plan(id)
  const task: Message = { kind: 'audio', videoId: id, revision: plan.revision, renditionId: 'aac-1', part: 0 }
  for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(handle(stage, task))
  await handle(stage, task)
  const { slots, fills } = await readSlots(stage.deps.documents, plan)
  assert.ok(!slots.get('aac-1')!.includes(null))
  assert.deepEqual(fills.map(({ chunk }) => chunk), [2, 3])
})
