/** Counts of one video that overlap: whichever ends last, nothing goes backward. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recount } from '../../src/encode/progress/recount.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { openFakeRoom } from './fake-room.ts'
import { inspectTask, openStage, runAll } from './stage.ts'

test('a count that read the slots before another and ends after it takes no rendition back', async (t) => {
  const room = openFakeRoom(200)
  room.inspection.video = { ...room.inspection.video!, codedWidth: 1920, codedHeight: 1080, width: 1920, height: 1080, rate: { num: 10, den: 1 } }
  const stage = await openStage({ room })
  t.after(() => stage.close())
  Object.assign(stage.deps.limits, { eager: 'base', lazyFill: 'views' })
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  // The inspection, and no more.
  await assert.rejects(runAll(stage, { most: 1 }), /does not run dry/)
  const plan = await stage.plan(id)

  const slots = Promise.withResolvers<void>()
  const wake = Promise.withResolvers<void>()
  const { documents } = stage.deps
  const slow: Documents = {
    ...documents,
    async range<T>(table: string, ...rest: [string, object?]) {
      const found = await documents.range<T>(table, ...rest)
      if (table === 'chunk') {
        slots.resolve()
        await wake.promise
      }
      return found
    },
  }
  const late = recount({ ...stage.deps, documents: slow }, plan)
  await slots.promise
  await runAll(stage)
  const counted = await stage.video(id)
  assert.equal(counted.state, 'ready')
  assert.ok(counted.completeRenditions.length >= 4, counted.completeRenditions.join())
  wake.resolve()
  await late
  assert.deepEqual(await stage.video(id), counted)
})
