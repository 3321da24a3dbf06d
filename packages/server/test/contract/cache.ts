/** The contract of the cache port: every driver passes it. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomId } from '../../src/base/id.ts'
import type { Cache } from '../../src/ports/cache.ts'
import { eventually } from './eventually.ts'

export function cacheContract(name: string, open: () => Promise<{ cache: Cache; close: () => Promise<void> }>): void {
  describe(`cache on ${name}`, { timeout: 120_000 }, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let cache: Cache
    before(async () => {
      opened = await open()
      cache = opened.cache
    })
    after(async () => {
      await cache.close()
      await opened.close()
    })

    test('what was never set is undefined', async () => assert.equal(await cache.get(randomId(8)), undefined))

    test('a value is kept as a copy, false and null too', async () => {
      const key = randomId(8)
      const value = { list: [1], text: 'ä' }
      await cache.set(key, value, 60)
      value.list.push(2)
      const got = (await cache.get<typeof value>(key))!
      assert.deepEqual(got, { list: [1], text: 'ä' })
      got.list.push(3)
      assert.deepEqual(await cache.get(key), { list: [1], text: 'ä' })
      for (const small of [false, null, 0, '']) {
        await cache.set(key, small, 60)
        assert.equal(await cache.get(key), small)
      }
    })

    test('a value expires; setting it again replaces value and time', async () => {
      const key = randomId(8)
      await cache.set(key, 'short', 1)
      await eventually('expiry', async () => (await cache.get(key)) === undefined)
      await cache.set(key, 'short', 1)
      await cache.set(key, 'long', 60)
      await cache.set(`${key}-witness`, 1, 1)
      await eventually('expiry of the witness', async () => (await cache.get(`${key}-witness`)) === undefined)
      assert.equal(await cache.get(key), 'long')
    })

    test('a counter starts at 0, adds atomically, and expires counted from its first increment', async () => {
      const key = randomId(8)
      const answers = await Promise.all(Array.from({ length: 50 }, () => cache.increment(key, 2, 60)))
      assert.deepEqual(answers.sort((a, b) => a - b), Array.from({ length: 50 }, (_, index) => 2 * (index + 1)))
      assert.equal(await cache.increment(key, -10, 60), 90)
      const short = randomId(8)
      await cache.increment(short, 1, 1)
      await eventually('a new count begins though it is incremented all the time', async () => (await pauseThenIncrement(cache, short)) === 1)
    })

    test('invalidated keys are gone, others stay', async () => {
      const keys = [randomId(8), randomId(8), randomId(8)]
      for (const key of keys) await cache.set(key, key, 60)
      await cache.invalidate(keys.slice(0, 2))
      await cache.invalidate([randomId(8)])
      assert.deepEqual(await Promise.all(keys.map((key) => cache.get(key))), [undefined, undefined, keys[2]])
    })

    test('ping resolves', () => cache.ping())
  })
}

async function pauseThenIncrement(cache: Cache, key: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 200))
  return cache.increment(key, 1, 1)
}
