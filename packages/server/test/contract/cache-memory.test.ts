/** The embedded cache driver against the port's contract, and its bounds. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { openMemoryCache } from '../../src/drivers/cache/memory/open.ts'
import { cacheContract } from './cache.ts'

cacheContract('memory', async () => ({ cache: openMemoryCache({ maxEntries: 1000 }), close: async () => {} }))

test('the least recently used entries go first when there are too many', async () => {
  const cache = openMemoryCache({ maxEntries: 3 })
  for (const key of ['a', 'b', 'c']) await cache.set(key, key, 60)
  await cache.get('a')
  await cache.set('d', 'd', 60)
  assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.get(key))), ['a', undefined, 'c', 'd'])
})

test('large values push others out, and one beyond the bound is not kept', async () => {
  const cache = openMemoryCache({ maxEntries: 100, maxBytes: 1000 })
  await cache.set('a', 'x'.repeat(600), 60)
  await cache.set('b', 'x'.repeat(600), 60)
  assert.deepEqual([await cache.get('a'), (await cache.get<string>('b'))?.length], [undefined, 600])
  await cache.set('c', 'x'.repeat(2000), 60)
  assert.equal(await cache.get('c'), undefined)
})

test('expiry follows the clock that was given', async () => {
  let now = 0
  const cache = openMemoryCache({ maxEntries: 10, clock: () => now })
  await cache.set('a', 1, 10)
  await cache.increment('n', 5, 10)
  now = 9_999
  assert.equal(await cache.increment('n', 1, 10), 6)
  assert.equal(await cache.get('a'), 1)
  now = 10_000
  assert.equal(await cache.get('a'), undefined)
  assert.equal(await cache.increment('n', 1, 10), 1)
})
