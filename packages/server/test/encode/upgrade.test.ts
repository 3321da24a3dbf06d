/** The second codec tier: by policy, planned once, finished whatever gets lost, listed when it covers every size. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { taskOf } from '../../src/domain/messages.ts'
import { initKey } from '../../src/domain/keys.ts'
import { tierOf } from '../../src/domain/tier.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { readManifestVersion } from '../../src/records/plan.ts'
import { addPlays } from '../../src/records/plays.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const av1 = ['av1-240p', 'av1-360p']

async function planned(t: TestContext, policy: 'never' | 'always' | 'popular'): Promise<{ stage: Stage; id: string }> {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  stage.deps.limits.upgrade.policy = policy
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  return { stage, id }
}

async function listed(stage: Stage, id: string): Promise<string[]> {
  const { revision, manifestVersion } = await stage.video(id)
  return (await readManifestVersion(stage.deps.documents, id, revision!, manifestVersion!))!.renditionIds
}

async function reconcile(stage: Stage, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    stage.advance(60_000)
    await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
    await runAll(stage)
  }
}

test('always: after it is ready, every size, one decode a chunk, listed when all of it is there', async (t) => {
  const { stage, id } = await planned(t, 'always')
  stage.room.before = async (call) => {
    if (!call.includes('av1')) return
    assert.equal((await stage.video(id)).state, 'ready', 'nobody waits for it')
    assert.ok(!(await listed(stage, id)).some((one) => one.startsWith('av1')), 'listed before it is complete')
  }
  await runAll(stage)
  const plan = await stage.plan(id)
  assert.deepEqual(tierOf(plan).map((one) => one.id), av1)
  assert.ok(stage.room.calls.includes('span 8-16 av1-240p+av1-360p normal'))
  await assertAllStored(stage, plan)
  assert.deepEqual((await listed(stage, id)).filter((one) => one.startsWith('av1')), av1)
  for (const one of av1) assert.ok(await stage.deps.objects.head('encoded', initKey(id, plan.revision, one)))
  assert.equal((await stage.video(id)).startRendition, 'h264-240p')
  await sweepVideo(stage.deps, id, { graceMinutes: 0 })
  await assertAllStored(stage, plan)
  await reconcile(stage, 6)
  assert.equal((await stage.deps.documents.scan('due')).items.length, 0)
})

test('a tier that was begun is finished, although tasks and workers got lost, and by two at once', async (t) => {
  const { stage, id } = await planned(t, 'always')
  let lost = 0
  stage.room.before = async (call) => {
    if (!call.includes('av1') || ++lost !== 2) return
    for (;;) {
      const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
      if (!lease) break
      await lease.ack()
    }
    throw new Error('this worker is gone')
  }
  await runAll(stage)
  const { revision } = await stage.plan(id)
  for (let rival = 0; rival < 2; rival++) await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
  await reconcile(stage, 8)
  await assertAllStored(stage, await stage.plan(id))
  assert.deepEqual((await listed(stage, id)).filter((one) => one.startsWith('av1')), av1)
})

test('popular: not before the egress saved is worth the encode', async (t) => {
  const { stage, id } = await planned(t, 'popular')
  await runAll(stage)
  const { revision } = await stage.plan(id)
  const grow = async (plays: number) => {
    await addPlays(stage.deps.documents, id, 0, plays)
    await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
    await runAll(stage)
    return tierOf(await stage.plan(id)).length
  }
  assert.equal(await grow(3), 0)
  assert.equal(await grow(100_000_000), 2)
})

test('never: asked or not', async (t) => {
  const { stage, id } = await planned(t, 'never')
  await runAll(stage)
  const { revision } = await stage.plan(id)
  await stage.deps.queue.enqueue(taskOf({ kind: 'upgrade', videoId: id, revision }))
  await runAll(stage)
  assert.equal(tierOf(await stage.plan(id)).length, 0)
})
