/** The encoder dies at every single write in turn, the queue is lost with it: the video becomes ready all the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extraKeys } from '../../src/domain/extra-keys.ts'
import { initKey } from '../../src/domain/keys.ts'
import { parseMessage } from '../../src/domain/messages.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { Died, dying, type Death } from './dying.ts'
import { assertAllStored, encodedKeys, inspectTask, openStage, reconcileUntilEnd, type Stage } from './stage.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { readVideo } from '../../src/records/video.ts'

/** Handles tasks with the dying deps until they die or nothing is left; leases are neither acked nor given back. */
async function workUntilDeath(stage: Stage, death: Death): Promise<boolean> {
  const { deps, died } = dying(stage.deps, death)
  const progress = trackProgress(deps)
  const signal = new AbortController().signal
  while (!died()) {
    const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) break
    await handleTask({ ...deps, progress }, parseMessage(lease.body)!, { signal, attempt: lease.attempt, priority: lease.priority }).catch((error: unknown) => assert.ok(died(), String(error)))
    if (!died()) await lease.ack()
  }
  await progress.drain().catch((error: unknown) => assert.ok(error instanceof Died))
  return died()
}

async function loseQueue(stage: Stage): Promise<void> {
  stage.advance(120_000)
  for (;;) {
    const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return
    await lease.ack()
  }
}

for (const when of ['before', 'after'] as const) {
  test(`killed ${when} any write, with the queue lost: ready, whole, nothing orphaned`, { timeout: 600_000 }, async () => {
    for (let atWrite = 0; ; atWrite++) {
      const stage = await openStage({ seconds: 5 })
      try {
        const id = await stage.addVideo()
        await stage.deps.queue.enqueue(inspectTask(id))
        if (!(await workUntilDeath(stage, { atWrite, when }))) {
          assert.ok(atWrite > 15, `only ${atWrite} writes`)
          return
        }
        await loseQueue(stage)
        const video = await reconcileUntilEnd(stage, id)
        assert.equal(video.state, 'ready', `write ${atWrite}`)
        const plan = await stage.plan(id)
        await assertAllStored(stage, plan)
        await loseQueue(stage)
        stage.advance(60_000)
        await sweepVideo(stage.deps, id, { graceMinutes: 0 })
        const slots = [...(await readSlots(stage.deps.documents, plan)).slots.values()].flat()
        const inits = [...plan.video!.renditions, ...plan.audio].map((rendition) => initKey(id, plan.revision, rendition.id))
        const extras = extraKeys((await readVideo(stage.deps.documents, id))!.value)
        const used = new Set([...slots.map((slot) => slot!.key), ...inits, ...extras])
        assert.deepEqual((await encodedKeys(stage, id)).filter((key) => !used.has(key)), [], `write ${atWrite}`)
      } finally {
        await stage.close()
      }
    }
  })
}
