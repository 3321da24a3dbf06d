/** Every task may be done twice, by anyone, at the same time: what is there first stays. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../src/domain/messages.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { startWorker } from '../../src/encode/worker/work.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const context = { signal: new AbortController().signal, attempt: 1, priority: 1 as const }

const handle = (stage: Stage, message: Message) => handleTask({ ...stage.deps, progress: trackProgress(stage.deps) }, message, context)

async function tasksOf(stage: Stage, videoId: string): Promise<Message[]> {
  const { revision } = await stage.video(videoId)
  const of = { videoId, revision: revision! }
  return [
    { kind: 'inspect', videoId },
    { kind: 'opening', ...of },
    { kind: 'audio', ...of, renditionId: 'aac-1' },
    { kind: 'chunk', ...of, chunk: 0 },
    { kind: 'chunk', ...of, chunk: 1 },
    { kind: 'segment', ...of, renditionId: 'h264-360p', number: 1 },
    { kind: 'poster', ...of },
    { kind: 'sweep', videoId },
  ]
}

test('a task done again changes nothing and encodes nothing', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const before = { video: await stage.video(id), keys: await encodedKeys(stage, id), slots: await readSlots(stage.deps.documents, await stage.plan(id)) }
  stage.room.calls.length = 0
  for (const message of await tasksOf(stage, id)) await handle(stage, message)
  assert.deepEqual(stage.room.calls, [])
  assert.deepEqual(await stage.video(id), before.video)
  assert.deepEqual(await encodedKeys(stage, id), before.keys)
  assert.deepEqual(await readSlots(stage.deps.documents, await stage.plan(id)), before.slots)
})

test('the same tasks at the same time: one revision, each slot set once, losers removed', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await Promise.all([1, 2, 3].map(() => handle(stage, { kind: 'inspect', videoId: id })))
  const { revision } = await stage.video(id)
  assert.ok((await encodedKeys(stage, id)).every((key) => key.includes(`/${revision}/`)), 'a rival left objects')
  const tasks = await tasksOf(stage, id)
  await Promise.all([...tasks, ...tasks].map((message) => handle(stage, message)))
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  await assertAllStored(stage, await stage.plan(id))
})

test('two encoders on one queue end with one whole video each', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 100 })
  t.after(() => stage.close())
  const ids = [await stage.addVideo(), await stage.addVideo(), await stage.addVideo()]
  for (const id of ids) for (let twice = 0; twice < 2; twice++) await stage.deps.queue.enqueue(inspectTask(id))
  const workers = [1, 2].map(() => startWorker({ ...stage.deps, progress: trackProgress(stage.deps) }))
  for (const id of ids) {
    while ((await stage.video(id)).state !== 'ready') {
      await new Promise((resolve) => setTimeout(resolve, 20))
      // Tasks that found no place are put off by the queue's clock.
      stage.advance(20)
    }
  }
  await Promise.all(workers.map((worker) => worker.stop()))
  for (const id of ids) await assertAllStored(stage, await stage.plan(id))
})

test('what was filled first stays, and only empty slots are encoded', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await handle(stage, { kind: 'inspect', videoId: id })
  const plan = await stage.plan(id)
  const of = { videoId: id, revision: plan.revision }
  await handle(stage, { kind: 'segment', ...of, renditionId: 'h264-360p', number: 4 })
  const first = (await readSlots(stage.deps.documents, plan)).slots.get('h264-360p')![4]!
  await handle(stage, { kind: 'opening', ...of })
  stage.room.calls.length = 0
  await handle(stage, { kind: 'chunk', ...of, chunk: 0 })
  assert.deepEqual(stage.room.calls, ['span 0-8 h264-240p+h264-360p normal'])
  assert.deepEqual((await readSlots(stage.deps.documents, plan)).slots.get('h264-360p')![4], first)
  stage.room.calls.length = 0
  await handle(stage, { kind: 'segment', ...of, renditionId: 'h264-360p', number: 4 })
  await handle(stage, { kind: 'segment', ...of, renditionId: 'h264-360p', number: 9999 })
  await handle(stage, { kind: 'segment', ...of, renditionId: 'nothing', number: 1 })
  assert.deepEqual(stage.room.calls, [])
})
