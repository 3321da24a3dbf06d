/** Who reads one chunk of a lazy rendition has the next one made, once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { readDemand } from '../../src/records/demand.ts'
import { openDemandAhead } from '../../src/stream/edge/demand-ahead.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'
import { openStage, type Stage } from './open-stage.ts'

async function queued(stage: Stage): Promise<unknown[]> {
  const bodies: unknown[] = []
  for (;;) {
    const lease = await stage.queue.take({ priorities: [2], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return bodies
    bodies.push(lease.body)
    await lease.ack()
  }
}

test('a reader of a lazy rendition has the next chunk made, once; of others and at the end nothing is asked for', async (t) => {
  const stage = await openStage(t)
  const plan = samplePlan(100, { eager: 'base' })
  const { videoId, revision } = plan
  const ahead = openDemandAhead(stage)
  await ahead(plan, 'h264-360p', 0)
  await ahead(plan, 'aac-1', 0)
  await ahead(samplePlan(100), 'h264-720p', 0)
  await ahead(plan, 'h264-720p', 24)
  assert.deepEqual(await queued(stage), [])
  for (const number of [8, 9, 15]) await ahead(plan, 'h264-720p', number)
  await openDemandAhead(stage)(plan, 'h264-720p', 10)
  assert.deepEqual(await queued(stage), [{ kind: 'chunk', videoId, revision, chunk: 2, renditionIds: ['h264-720p'] }])
  assert.deepEqual(await readDemand(stage.documents, plan), [{ renditionId: 'h264-720p', chunk: 2 }])
  assert.equal((await stage.documents.scan('due')).items.length, 1)
})

test('a store that is away costs the viewer nothing, and is asked again', async (t) => {
  const stage = await openStage(t)
  const plan = samplePlan(100, { eager: 'base' })
  const ahead = openDemandAhead(stage)
  stage.faults.documents = new DriverUnavailable('away')
  await ahead(plan, 'h264-720p', 0)
  stage.faults.documents = undefined
  await ahead(plan, 'h264-720p', 1)
  assert.equal((await queued(stage)).length, 1)
})
