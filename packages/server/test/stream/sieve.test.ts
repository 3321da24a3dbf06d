/** SIEVE: what it keeps, what it evicts, and that it stays within its bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sieve } from '../../src/stream/cache/sieve.ts'

/** With its overhead an entry takes exactly 1000 bytes. */
const bytes = 600
const filled = (keys: string, limitBytes = 10_000) => {
  const sieve = new Sieve<string>(limitBytes)
  for (const key of keys) sieve.set(key, key, bytes)
  return sieve
}
const kept = (sieve: Sieve<string>, keys: string) => [...keys].filter((key) => sieve.get(key) !== undefined).join('')

test('the oldest that nobody asked for goes first', () => {
  const sieve = filled('abcdefghij')
  sieve.get('a')
  sieve.get('c')
  sieve.set('k', 'k', bytes)
  sieve.set('l', 'l', bytes)
  assert.equal(kept(sieve, 'abcdefghijkl'), 'acefghijkl')
})

test('the hand goes on where it stopped: what it passed once goes only when it comes round', () => {
  const sieve = filled('abcdefghij')
  for (const key of 'abc') sieve.get(key)
  sieve.set('k', 'k', bytes)
  sieve.set('l', 'l', bytes)
  assert.equal(sieve.count, 10)
  // d and e went; a, b and c lost their mark to the hand, which is now past them.
  for (const key of 'mnopqrs') sieve.set(key, key, bytes)
  assert.equal(kept(sieve, 'abcdefghijklmnopqrs'), 'abcmnopqrs')
})

test('replacing, deleting, clearing', () => {
  const sieve = filled('abc')
  sieve.set('a', 'A', 1600)
  assert.equal(sieve.get('a'), undefined, 'larger than an eighth: not kept, and the old one is gone')
  sieve.set('b', 'B', 700)
  assert.equal(sieve.get('b'), 'B')
  assert.equal(sieve.sizeBytes, 2100)
  sieve.delete('b')
  sieve.delete('b')
  assert.equal(sieve.sizeBytes, 1000)
  sieve.clear()
  assert.deepEqual([sieve.sizeBytes, sieve.count, sieve.get('c')], [0, 0, undefined])
  sieve.set('d', 'd', bytes)
  assert.equal(sieve.get('d'), 'd')
})

test('any order of calls keeps the bytes within the limit and the count right', () => {
  const limit = 50_000
  const sieve = new Sieve<number>(limit)
  const model = new Map<string, number>()
  let seed = 42
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below
  for (let i = 0; i < 20_000; i++) {
    const key = `key ${random(200)}`
    const action = random(10)
    if (action < 5) assert.ok([undefined, model.get(key)].includes(sieve.get(key)))
    else if (action < 9) {
      sieve.set(key, i, random(5000))
      model.set(key, i)
    } else {
      sieve.delete(key)
      model.delete(key)
    }
    assert.ok(sieve.sizeBytes <= limit)
  }
  const found = [...model.keys()].filter((key) => sieve.get(key) !== undefined).length
  assert.equal(found, sieve.count)
  assert.ok(found > 5)
})
