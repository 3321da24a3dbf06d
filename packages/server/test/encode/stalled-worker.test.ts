/** A worker that stands still beyond its lease and then goes on: what it does afterwards harms nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lease } from '../../src/ports/queue.ts'
import { runTask } from '../../src/encode/worker/run-task.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const take = (stage: Stage) => stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
const run = (stage: Stage, lease: Lease) =>
  runTask({ ...stage.deps, progress: trackProgress(stage.deps) }, lease, { stop: new AbortController().signal, inFlight: new Map() })

/** Runs tasks until one is about to begin that matches; that one is left standing in its work. */
async function standStill(stage: Stage, isHit: (call: string) => boolean): Promise<{ goOn: () => Promise<void> }> {
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let hit = false
  stage.room.before = async (call) => {
    if (hit || !isHit(call)) return
    hit = true
    reached.resolve()
    await gate.promise
  }
  while (!hit) {
    const lease = await take(stage)
    assert.ok(lease, 'nothing matched')
    const running = run(stage, lease)
    await Promise.race([running, reached.promise])
    if (hit) {
      return {
        goOn: async () => {
          gate.resolve()
          await running
        },
      }
    }
  }
  throw new Error('unreachable')
}

for (const [what, isHit] of [
  ['a chunk', (call: string) => call.startsWith('span 8-16')],
  ['an inspection', (call: string) => call === 'inspect'],
  ['an opening', (call: string) => call.startsWith('span 0-2')],
] as const) {
  test(`${what}, done by another meanwhile: the first bytes stay, nothing is left behind`, { timeout: 60_000 }, async (t) => {
    const stage = await openStage({ seconds: 70 })
    t.after(() => stage.close())
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    const sleeper = await standStill(stage, isHit)
    // Its lease runs out; another worker, of another process, does all the work.
    stage.advance(31_000)
    await runAll(stage)
    const plan = await stage.plan(id)
    assert.equal((await stage.video(id)).state, 'ready')
    const before = await readSlots(stage.deps.documents, plan)
    const keys = await encodedKeys(stage, id)
    await sleeper.goOn()
    await runAll(stage)
    assert.deepEqual((await readSlots(stage.deps.documents, plan)).slots, before.slots)
    assert.deepEqual(await encodedKeys(stage, id), keys)
    assert.equal((await stage.video(id)).state, 'ready')
    await assertAllStored(stage, plan)
  })
}
