/** The documents contract: batches within a partition. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { VersionConflict } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import type { BatchOperation, Documents } from '../../src/ports/documents.ts'
import { eventually } from './eventually.ts'

export function batchContract(open: () => Documents): void {
  const contentOf = async (table: string, pk: string) => Object.fromEntries((await open().range(table, pk)).items.map(({ sk, value }) => [sk, value]))

  describe('batches', () => {
    test('all operations happen, and each put answers its version', async () => {
      const pk = randomId(16)
      const gone = await open().put('chunk', pk, 'gone', 0, { ifVersion: 'absent' })
      const versions = await open().batch('chunk', pk, [
        { put: { sk: 'a', value: 1, ifVersion: 'absent' } },
        { delete: { sk: 'gone', ifVersion: gone } },
        { put: { sk: 'b', value: 2, ifVersion: 'absent', ttlSeconds: 1 } },
      ])
      assert.equal(versions[1], undefined)
      assert.equal((await open().get('chunk', pk, 'a'))!.version, versions[0])
      assert.equal(await open().get('chunk', pk, 'gone'), undefined)
      await eventually('expiry', async () => (await open().get('chunk', pk, 'b')) === undefined)
    })

    test('one condition that does not hold undoes all, wherever it stands', async () => {
      const pk = randomId(16)
      const version = await open().put('chunk', pk, 'b', 'old', { ifVersion: 'absent' })
      const good: BatchOperation[] = [{ put: { sk: 'a', value: 1, ifVersion: 'absent' } }, { put: { sk: 'b', value: 'new', ifVersion: version } }]
      const bad: BatchOperation[] = [{ put: { sk: 'c', value: 1, ifVersion: 'nobody wrote this' } }, { delete: { sk: 'd', ifVersion: 'nor this' } }]
      for (const one of bad) {
        await assert.rejects(open().batch('chunk', pk, [one, ...good]), VersionConflict)
        await assert.rejects(open().batch('chunk', pk, [...good, one]), VersionConflict)
      }
      assert.deepEqual(await contentOf('chunk', pk), { b: 'old' })
      await open().batch('chunk', pk, good)
      assert.deepEqual(await contentOf('chunk', pk), { a: 1, b: 'new' })
    })

    test('of an unconditional table it needs no conditions', async () => {
      const pk = randomId(16)
      await open().put('due', pk, 'x', 1)
      await open().batch('due', pk, [{ put: { sk: 'a', value: 1 } }, { delete: { sk: 'x' } }, { delete: { sk: 'never' } }])
      assert.deepEqual(await contentOf('due', pk), { a: 1 })
    })

    test('50 operations and 40 KB fit, more is refused whole', async () => {
      const pk = randomId(16)
      const puts = (count: number, bytes: number): BatchOperation[] =>
        Array.from({ length: count }, (_, index) => ({ put: { sk: `k${index}`, value: 'x'.repeat(bytes - 2) } }))
      for (const operations of [puts(51, 10), puts(41, 1024), [], [...puts(1, 10), ...puts(1, 10)]]) {
        await assert.rejects(async () => open().batch('due', pk, operations), (error) => error instanceof RangeError || error instanceof TypeError)
      }
      assert.deepEqual(await contentOf('due', pk), {})
      await open().batch('due', pk, puts(50, 10))
      await open().batch('due', pk, puts(40, 1024))
      assert.equal(Object.keys(await contentOf('due', pk)).length, 50)
    })

    test('nobody sees half a batch', async () => {
      const pk = randomId(16)
      const both = (value: number): BatchOperation[] => [{ put: { sk: 'a', value } }, { put: { sk: 'b', value } }]
      await open().batch('due', pk, both(0))
      let writing = true
      const writer = (async () => {
        for (let round = 1; round <= 50; round++) await open().batch('due', pk, both(round))
        writing = false
      })()
      while (writing) {
        const { a, b } = (await contentOf('due', pk)) as { a: number; b: number }
        assert.equal(a, b)
      }
      await writer
    })
  })
}
