/** Batches of signed URLs: few calls on a fast line, none that outlives its URLs on a slow one. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createPartSupply } from '../../src/uploader/part-supply.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

function supplyOf(partCount: number, mostParts: number) {
  const batches: number[] = []
  const supply = createPartSupply({
    partNumbers: numbers(partCount),
    batch: { firstParts: 4, mostParts },
    patience: { tries: 1, backoffBaseMs: 0, signal: new AbortController().signal },
    sign: async ({ partNumbers }) => {
      batches.push(partNumbers.length)
      return { urls: partNumbers.map((partNumber) => ({ partNumber, url: `/${partNumber}`, headers: {} })), expiresAt: Date.now() + 3_600_000 }
    },
  })
  return { supply, batches }
}

test('batches double while they are used up quickly, to the most that is allowed', async () => {
  const { supply, batches } = supplyOf(128, 32)
  const handedOut: number[] = []
  for (let part = await supply.next(); part; part = await supply.next()) handedOut.push(part.partNumber)
  assert.deepEqual(handedOut, numbers(128))
  assert.deepEqual(batches, [4, 8, 16, 32, 32, 32, 4])
})

test('a batch that lasts long is followed by smaller ones, so that URLs do not grow stale in hand', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const { supply, batches } = supplyOf(60, 16)
  for (let taken = 0; taken < 28; taken++) await supply.next()
  assert.deepEqual(batches.slice(0, 3), [4, 8, 16])
  for (let taken = 28; taken < 60; taken++) {
    t.mock.timers.tick(70_000)
    await supply.next()
  }
  const later = batches.slice(4)
  assert.ok(later.every((size) => size <= 8), batches.join(' '))
})
