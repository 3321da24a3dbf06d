/** Answers are kept for their time, errors are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { remembered } from '../../src/base/once.ts'

test('an answer serves until it is old', async () => {
  let calls = 0
  const asked = remembered(async () => ++calls, 300)
  assert.deepEqual(await Promise.all([asked(), asked()]), [1, 1])
  assert.equal(await asked(), 1)
  await sleep(320)
  assert.equal(await asked(), 2)
})

test('an error is told to who asked, and asked for anew', async () => {
  let calls = 0
  const asked = remembered(async () => {
    if (++calls === 1) throw new Error('away')
    return calls
  }, 60_000)
  await assert.rejects(asked(), /away/)
  assert.equal(await asked(), 2)
})
