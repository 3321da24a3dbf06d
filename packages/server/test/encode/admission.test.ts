/** Fairness between accounts: so many videos of each at once, the next one when one ends, nothing lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/domain/keys.ts'
import { taskOf } from '../../src/domain/messages.ts'
import { admit, leave } from '../../src/encode/worker/admission.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { updateVideo } from '../../src/records/video.ts'
import type { Video } from '../../src/domain/video.ts'
import { inspectTask, openStage, reconcileUntilEnd, runAll, type Stage } from './stage.ts'

async function stageOf(t: { after(act: () => Promise<void>): void }, videosPerAccount: number): Promise<Stage> {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  stage.deps.limits.videosPerAccount = videosPerAccount
  return stage
}

/** Videos of one account, uploaded one after the other. */
async function addVideos(stage: Stage, count: number): Promise<string[]> {
  const accountId = newId()
  const ids: string[] = []
  for (let index = 0; index < count; index++) ids.push(await stage.addVideo({ accountId, completedAt: 1_000_000 + index }))
  return ids
}

const admitted = async (stage: Stage, ids: string[]) => {
  const found: boolean[] = []
  for (const id of ids) found.push(await admit(stage.deps, 'opening', await stage.video(id)))
  return found
}

async function queued(stage: Stage): Promise<{ kind: string; videoId: string }[]> {
  const bodies: { kind: string; videoId: string }[] = []
  for (;;) {
    const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return bodies
    bodies.push(lease.body as { kind: string; videoId: string })
    await lease.ack()
  }
}

const change = (stage: Stage, id: string, changes: Partial<Video>) => updateVideo(stage.deps.documents, id, (video) => ({ ...video, ...changes }))

test('one account’s hundred uploads leave the other’s first its place; one that ends brings the next', async (t) => {
  const stage = await stageOf(t, 2)
  const many = await addVideos(stage, 5)
  const [first] = await addVideos(stage, 1)
  assert.deepEqual(await admitted(stage, [...many, first!]), [true, true, false, false, false, true])
  assert.deepEqual(await admitted(stage, many), [true, true, false, false, false], 'asking again changes nothing')
  assert.deepEqual(await queued(stage), [])

  await change(stage, many[0]!, { state: 'playable' })
  await leave(stage.deps, await stage.video(many[0]!))
  assert.deepEqual(await queued(stage), [{ kind: 'inspect', videoId: many[2] }])
  await leave(stage.deps, await stage.video(many[0]!))
  assert.deepEqual(await queued(stage), [], 'leaving twice brings nobody else')
})

test('videos that were deleted or failed without leaving hold no place', async (t) => {
  const stage = await stageOf(t, 2)
  const many = await addVideos(stage, 5)
  await admitted(stage, many)
  await change(stage, many[0]!, { deletedAt: 1 })
  await change(stage, many[1]!, { state: 'failed' })
  assert.deepEqual(await admitted(stage, [many[4]!]), [false])
  assert.deepEqual(await queued(stage), [many[2], many[3]].map((videoId) => ({ kind: 'inspect', videoId })))
  assert.deepEqual(await admitted(stage, many.slice(2)), [true, true, false])
})

test('however many were deleted before it, the first that is left has its place at once', async (t) => {
  const stage = await stageOf(t, 2)
  const many = await addVideos(stage, 30)
  const [last] = many.slice(-1)
  await admitted(stage, many)
  for (const id of many.slice(0, -1)) await change(stage, id, { deletedAt: 1 })
  assert.deepEqual(await admitted(stage, [last!]), [true])
})

test('a video that is deleted in its work brings the next one on, when the reconciler sees it', async (t) => {
  const stage = await stageOf(t, 1)
  const many = await addVideos(stage, 2)
  await admitted(stage, many)
  await change(stage, many[0]!, { deletedAt: stage.deps.clock() })
  // A queue with something in it: an empty one has everything enqueued again.
  await stage.deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: newId() }, 86_400))
  stage.advance(60_000)
  await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
  assert.deepEqual((await queued(stage)).filter(({ kind }) => kind === 'inspect').map(({ videoId }) => videoId), [many[1]])
})

test('every video is opened at its turn, but only so many have their ladder in the queue', async (t) => {
  const stage = await stageOf(t, 4)
  const many = await addVideos(stage, 4)
  const [other] = await addVideos(stage, 1)
  const deps = { ...stage.deps, progress: trackProgress(stage.deps) }
  for (const id of [...many, other!]) await handleTask(deps, { kind: 'inspect', videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  for (const id of [...many, other!]) assert.equal((await stage.video(id)).state, 'playable')
  const chunks = new Set((await queued(stage)).filter(({ kind }) => kind === 'chunk').map(({ videoId }) => videoId))
  assert.deepEqual(chunks, new Set([many[0], many[1], other]))
})

test('all of an account’s videos become ready, one after the other; also when the queue loses who is next', async (t) => {
  const stage = await stageOf(t, 1)
  const many = await addVideos(stage, 4)
  for (const id of many) await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  for (const id of many) assert.equal((await stage.video(id)).state, 'ready')

  const lost = await addVideos(stage, 3)
  await admitted(stage, lost)
  for (const id of lost) assert.equal((await reconcileUntilEnd(stage, id)).state, 'ready')
})
