/** The documents contract: ranges of a partition, and the scan of a table. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomId } from '../../src/base/id.ts'
import type { Documents, RangeQuery } from '../../src/ports/documents.ts'

export function rangeContract(open: () => Documents): void {
  const fill = async (keys: string[]): Promise<string> => {
    const pk = randomId(16)
    await Promise.all(keys.map((sk) => open().put('due', pk, sk, sk)))
    return pk
  }
  const keysOf = async (pk: string, query?: RangeQuery) => (await open().range('due', pk, query)).items.map((item) => item.sk)

  /** Every page of the query, joined. */
  const allKeys = async (pk: string, query: RangeQuery): Promise<string[]> => {
    const keys: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await open().range('due', pk, { ...query, cursor })
      assert.ok(page.items.length <= query.limit!)
      keys.push(...page.items.map((item) => item.sk))
      if (page.cursor === undefined) return keys
      assert.equal(page.cursor, page.items.at(-1)!.sk)
      cursor = page.cursor
    }
  }

  describe('ranges', () => {
    test('an empty partition is an empty page without a cursor', async () => {
      assert.deepEqual(await open().range('due', randomId(16)), { items: [], cursor: undefined })
    })

    test('sort keys order by their UTF-8 bytes, not by UTF-16 units or a language', async () => {
      const keys = ['', '0', '10', '9', 'A', 'Z', 'a', 'a/b', 'aa', 'z', 'ä', '\ue000', '\uffff', '𝄞']
      const pk = await fill(keys.toReversed())
      assert.deepEqual(await keysOf(pk), keys)
      assert.deepEqual(await keysOf(pk, { desc: true }), keys.toReversed())
    })

    test('from is inclusive, to is exclusive, in both directions', async () => {
      const pk = await fill(['a', 'b', 'c', 'd', 'e'])
      assert.deepEqual(await keysOf(pk, { from: 'b', to: 'd' }), ['b', 'c'])
      assert.deepEqual(await keysOf(pk, { from: 'b', to: 'd', desc: true }), ['c', 'b'])
      assert.deepEqual(await keysOf(pk, { from: 'bb' }), ['c', 'd', 'e'])
      assert.deepEqual(await keysOf(pk, { to: 'bb' }), ['a', 'b'])
      assert.deepEqual(await keysOf(pk, { from: 'd', to: 'b' }), [])
    })

    test('pages are joined by the cursor, without repeats or gaps, in both directions', async () => {
      const keys = Array.from({ length: 25 }, (_, index) => String(index).padStart(3, '0'))
      const pk = await fill(keys)
      for (const limit of [1, 4, 5, 25, 26]) {
        assert.deepEqual(await allKeys(pk, { limit }), keys)
        assert.deepEqual(await allKeys(pk, { limit, desc: true }), keys.toReversed())
        assert.deepEqual(await allKeys(pk, { limit, from: '003', to: '020' }), keys.slice(3, 20))
        assert.deepEqual(await allKeys(pk, { limit, from: '003', to: '020', desc: true }), keys.slice(3, 20).toReversed())
      }
    })

    test('a cursor outlives the document that it names, and may lie outside of the bounds', async () => {
      const pk = await fill(['a', 'b', 'c', 'd'])
      await open().delete('due', pk, 'b')
      assert.deepEqual(await keysOf(pk, { cursor: 'b' }), ['c', 'd'])
      assert.deepEqual(await keysOf(pk, { cursor: 'a', from: 'c' }), ['c', 'd'])
      assert.deepEqual(await keysOf(pk, { cursor: 'z', to: 'c', desc: true }), ['a'])
    })

    test('the limit is 100 when left out, and from 1 to 1000', async () => {
      const pk = await fill(Array.from({ length: 101 }, (_, index) => String(index).padStart(3, '0')))
      const page = await open().range('due', pk)
      assert.equal(page.items.length, 100)
      assert.equal(page.cursor, '099')
      for (const limit of [0, 1001, 1.5]) await assert.rejects(async () => open().range('due', pk, { limit }), RangeError)
    })

    test('partitions and tables do not mix', async () => {
      const pk = await fill(['a'])
      await open().put('accountUpload', pk, 'b', 1)
      await open().put('due', `${pk}x`, 'c', 1)
      assert.deepEqual(await keysOf(pk), ['a'])
    })

    test('a scan tells what is left of a document that expires', async () => {
      const pk = `ttl-${Math.random().toString(36).slice(2)}`
      await open().put('accountUpload', pk, 'soon', 1, { ttlSeconds: 5000 })
      await open().put('accountUpload', pk, 'never', 1)
      const met = new Map<string, number | undefined>()
      for (let cursor: string | undefined; ; ) {
        const page = await open().scan('accountUpload', { cursor, limit: 100 })
        for (const one of page.items) if (one.pk === pk) met.set(one.sk, one.ttlSeconds)
        if (page.cursor === undefined) break
        cursor = page.cursor
      }
      assert.deepEqual([...met.keys()].toSorted(), ['never', 'soon'])
      assert.equal(met.get('never'), undefined)
      assert.ok(met.get('soon')! > 3000 && met.get('soon')! <= 5000, String(met.get('soon')))
    })

    test('a scan meets every document of a table once', async () => {
      const partitions = await Promise.all([1, 2, 3].map(() => fill(['', 'a', 'b'])))
      const met = new Map<string, number>()
      for (let cursor: string | undefined; ; ) {
        const page = await open().scan<string>('due', { cursor, limit: 7 })
        for (const { pk, sk, value, version } of page.items) {
          if (!partitions.includes(pk)) continue
          assert.equal(value, sk)
          assert.equal(typeof version, 'string')
          met.set(`${pk}|${sk}`, (met.get(`${pk}|${sk}`) ?? 0) + 1)
        }
        if (page.cursor === undefined) break
        cursor = page.cursor
      }
      assert.equal(met.size, 9)
      assert.deepEqual(new Set(met.values()), new Set([1]))
      await assert.rejects(async () => open().scan('due', { cursor: 'x' }), RangeError)
    })
  })
}
