/** A plan in memory is read again when it lacks what a manifest lists, and not for what nobody made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { VideoRendition } from '../../src/domain/plan.ts'
import { createPlan, createTier } from '../../src/records/plan.ts'
import { openRevisionFacts } from '../../src/stream/edge/revision-facts.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'
import { openStage } from './open-stage.ts'

test('a tier that joined since is seen; what does not exist is asked for once a second at most', async (t) => {
  const stage = await openStage(t)
  const plan = samplePlan(30)
  await createPlan(stage.documents, plan)
  let reads = 0
  const documents = { ...stage.documents, range: <T>(...args: Parameters<typeof stage.documents.range>) => (reads++, stage.documents.range<T>(...args)) }
  const facts = openRevisionFacts(documents)
  const ids = async (wanted: string[]) => (await facts.plan(plan.videoId, plan.revision, wanted))!.video!.renditions.map(({ id }) => id)
  await ids(['h264-240p'])
  for (let asked = 0; asked < 50; asked++) await ids(['av1-240p'])
  assert.ok(reads < 10, `${reads}`)
  const renditions = plan.video!.renditions.map((one): VideoRendition => ({ ...one, id: one.id.replace('h264', 'av1'), codec: 'av1' }))
  await createTier(stage.documents, plan.videoId, plan.revision, { codec: 'av1', createdAt: 0, renditions, inits: {} })
  await wait(1010)
  assert.ok((await ids(['av1-240p'])).includes('av1-240p'))
  const before = reads
  for (let asked = 0; asked < 100; asked++) await ids(['av1-240p', 'h264-240p'])
  assert.equal(reads, before, 'then it is in memory')
})
