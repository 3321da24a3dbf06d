/** Slots are set once, and who set them is told so however often he asks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitSlots } from '../../src/records/chunk.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'
import { openStage } from '../stream/open-stage.ts'

test('a commit whose answer was lost keeps its own objects when it is repeated; another one gets none', async (t) => {
  const { documents } = await openStage(t)
  const plan = samplePlan(60)
  const made = (attempt: string) => [0, 1].map((number) => ({ renditionId: 'h264-240p', number, slot: { key: `v/x/${attempt}`, offset: number, length: 1, sha256: 'x' } }))
  const both = [0, 1].map((number) => ({ renditionId: 'h264-240p', number }))
  assert.deepEqual(await commitSlots(documents, plan, 0, made('attempt1')), both)
  assert.deepEqual(await commitSlots(documents, plan, 0, made('attempt1')), both)
  assert.deepEqual(await commitSlots(documents, plan, 0, made('attempt2')), [])
})
