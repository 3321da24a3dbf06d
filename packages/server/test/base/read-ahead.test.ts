/** Reads ahead: in order, few for who takes few, more for who takes many, errors in their turn. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAhead } from '../../src/base/read-ahead.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n
}

test('in order, and no more at once than were taken', async () => {
  let begun = 0
  const seen: number[] = []
  const ahead: number[] = []
  const begin = async (n: number) => {
    begun++
    await new Promise((resolve) => setTimeout(resolve, (7 - (n % 7)) * 2))
    return n * 10
  }
  for await (const [n, result] of readAhead(numbers(30), begin, 8)) {
    assert.equal(result, n * 10)
    seen.push(n)
    ahead.push(begun - seen.length)
  }
  assert.deepEqual(seen, Array.from({ length: 30 }, (_, n) => n))
  assert.deepEqual(ahead.slice(0, 5), [0, 1, 3, 7, 7])
  assert.ok(Math.max(...ahead) === 7)
})

test('an error comes in its turn, and none that nobody waited for ends the process', async () => {
  const begin = async (n: number) => {
    if (n >= 2) throw new Error(`no ${n}`)
    return n
  }
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const [n] of readAhead(numbers(9), begin, 4)) seen.push(n)
  }, /no 2/)
  assert.deepEqual(seen, [0, 1])
  for await (const [n] of readAhead(numbers(9), begin, 4)) if (n === 1) break
})

test('of none, none', async () => {
  for await (const _ of readAhead(numbers(0), async (n) => n, 4)) assert.fail()
})
