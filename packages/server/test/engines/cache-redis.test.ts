/** The cache on Redis against the port's contract, and with a server that is slow, silent, refuses, dies and comes back. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { startRedis, type RedisEngine } from '../../../../scripts/engines/redis.ts'
import { openRedisCache } from '../../src/drivers/cache/redis/open.ts'
import type { Cache } from '../../src/ports/cache.ts'
import { cacheContract } from '../contract/cache.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { openFaultyProxy, type FaultyProxy } from '../fixtures/faulty-proxy.ts'

const isThere = (cache: Cache) => cache.ping().then(() => true, () => false)
/** Far above what a call takes, even on a busy machine, and far below a test's patience. */
const timeoutMs = 2000

cacheContract('Redis', async () => {
  const { path, remove } = await scratchDirectory()
  const engine = await startRedis({ directory: path })
  const cache = openRedisCache({ url: engine.url, timeoutMs })
  await eventually('connected', () => isThere(cache))
  return {
    cache,
    async close() {
      await engine.stop()
      await remove()
    },
  }
})

describe('a cache that is away', { timeout: 120_000 }, () => {
  let engine: RedisEngine
  let proxy: FaultyProxy
  let cache: Cache
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  before(async () => {
    scratch = await scratchDirectory()
    engine = await startRedis({ directory: scratch.path })
    proxy = await openFaultyProxy({ port: engine.port })
    cache = openRedisCache({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 300 })
    await eventually('connected', () => isThere(cache))
  })
  after(async () => {
    await cache.close()
    await proxy.close()
    await engine.stop()
    await scratch.remove()
  })

  const isBack = async () => {
    await eventually('it is back', () => isThere(cache))
    await eventually('it keeps again', async () => {
      await cache.set('back', 'yes', 60)
      return (await cache.get('back')) === 'yes'
    })
  }

  for (const fault of ['refuse', 'silent', 'loseAnswers', { cutAfterBytes: 3 }, { slowMs: 5000 }] as const) {
    test(`${JSON.stringify(fault)}: calls answer soon, as if nothing were cached, and it comes back by itself`, async () => {
      await cache.set('kept', 1, 60)
      proxy.set(fault)
      const begun = performance.now()
      for (let round = 0; round < 40; round++) {
        assert.equal(await cache.get('kept'), undefined)
        await cache.set('other', round, 60)
        await cache.invalidate(['other'])
      }
      assert.deepEqual(await Promise.all([1, 2, 3].map(() => cache.increment(`own-${JSON.stringify(fault)}`, 1, 60))), [1, 2, 3])
      // 120 calls would be 36 s, were each waited for.
      assert.ok(performance.now() - begun < 8000, `${performance.now() - begun} ms`)
      await assert.rejects(cache.ping())
      proxy.set('pass')
      await isBack()
    })
  }

  test('a server that is killed and started empty is a cache again', async () => {
    await cache.set('kept', 1, 60)
    await engine.kill()
    assert.equal(await cache.get('kept'), undefined)
    engine = await startRedis({ directory: scratch.path, port: engine.port })
    await isBack()
    assert.equal(await cache.get('kept'), undefined)
  })

  test('one that is started later is found', async () => {
    const port = engine.port
    await engine.stop()
    const early = openRedisCache({ url: `redis://127.0.0.1:${port}` })
    assert.equal(await early.get('a'), undefined)
    engine = await startRedis({ directory: scratch.path, port })
    await eventually('it is found', () => isThere(early))
    await early.close()
  })
})
