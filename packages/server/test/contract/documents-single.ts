/** The documents contract: one document at a time. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { VersionConflict } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { eventually } from './eventually.ts'

export function singleContract(open: () => Documents): void {
  describe('one document', () => {
    test('what was never written is absent', async () => {
      assert.equal(await open().get('video', randomId(16)), undefined)
      assert.equal(await open().get('due', randomId(16), 'x'), undefined)
    })

    test('a write is read back, as a copy, with the version that it answered', async () => {
      const pk = randomId(16)
      const value = { text: 'ä€𝄞\u0000"', list: [1, null, { deep: true }], number: 0.1 }
      const version = await open().put('video', pk, '', value, { ifVersion: 'absent' })
      value.list.push(2)
      const stored = await open().get<typeof value>('video', pk)
      assert.deepEqual(stored, { sk: '', value: { text: 'ä€𝄞\u0000"', list: [1, null, { deep: true }], number: 0.1 }, version })
      stored!.value.list.length = 0
      assert.equal((await open().get<typeof value>('video', pk))!.value.list.length, 3)
    })

    test('every write has a version of its own, even of the same value', async () => {
      const pk = randomId(16)
      const versions = [await open().put('due', pk, 'a', 1), await open().put('due', pk, 'a', 1), await open().put('due', pk, 'b', 1)]
      assert.equal(new Set(versions).size, 3)
    })

    test('"absent" holds only where nothing is', async () => {
      const pk = randomId(16)
      await open().put('handle', pk, '', 1, { ifVersion: 'absent' })
      await assert.rejects(open().put('handle', pk, '', 2, { ifVersion: 'absent' }), VersionConflict)
      assert.equal((await open().get('handle', pk))!.value, 1)
    })

    test('a version holds only while it is the last one; a conflict writes nothing', async () => {
      const pk = randomId(16)
      const first = await open().put('video', pk, '', 1, { ifVersion: 'absent' })
      const second = await open().put('video', pk, '', 2, { ifVersion: first })
      await assert.rejects(open().put('video', pk, '', 3, { ifVersion: first }), VersionConflict)
      await assert.rejects(open().delete('video', pk, '', { ifVersion: first }), VersionConflict)
      assert.deepEqual(await open().get('video', pk), { sk: '', value: 2, version: second })
      await assert.rejects(open().put('video', randomId(16), '', 1, { ifVersion: first }), VersionConflict)
    })

    test('a delete removes it; of an absent document it is an error only with a version', async () => {
      const pk = randomId(16)
      const version = await open().put('video', pk, '', 1, { ifVersion: 'absent' })
      await open().delete('video', pk, '', { ifVersion: version })
      assert.equal(await open().get('video', pk), undefined)
      await assert.rejects(open().delete('video', pk, '', { ifVersion: version }), VersionConflict)
      await open().delete('video', pk, '')
      await open().delete('due', pk, 'x')
      await open().put('video', pk, '', 2, { ifVersion: 'absent' })
      await open().delete('video', pk, '')
      assert.equal(await open().get('video', pk), undefined)
    })

    test('an expired document is absent everywhere, and its place is free', async () => {
      const pk = randomId(16)
      const old = await open().put('upload', pk, 'meta', 1, { ifVersion: 'absent', ttlSeconds: 1 })
      await open().put('upload', pk, 'other', 2, { ifVersion: 'absent', ttlSeconds: 3600 })
      await eventually('expiry', async () => (await open().get('upload', pk, 'meta')) === undefined)
      assert.deepEqual((await open().range('upload', pk)).items.map((item) => item.sk), ['other'])
      await assert.rejects(open().put('upload', pk, 'meta', 2, { ifVersion: old }), VersionConflict)
      await assert.rejects(open().delete('upload', pk, 'meta', { ifVersion: old }), VersionConflict)
      await open().put('upload', pk, 'meta', 3, { ifVersion: 'absent' })
      assert.equal((await open().get('upload', pk, 'meta'))!.value, 3)
    })

    test('a put replaces the TTL: without one the document stays', async () => {
      const pk = randomId(16)
      await open().put('session', pk, '', 1, { ttlSeconds: 2 })
      await open().put('session', pk, '', 2)
      await open().put('session', pk, 'witness', 1, { ttlSeconds: 2 })
      await eventually('expiry of the witness', async () => (await open().get('session', pk, 'witness')) === undefined)
      assert.equal((await open().get('session', pk))!.value, 2)
    })

    test('what no caller may ask is refused before anything is written', async () => {
      const pk = randomId(16)
      const refused = (call: () => Promise<unknown>) => assert.rejects(async () => call(), (error) => error instanceof TypeError || error instanceof RangeError)
      await refused(() => open().get('nothing', pk))
      await refused(() => open().get('toString', pk))
      await refused(() => open().put('video', pk, '', 1))
      await refused(() => open().put('due', pk, '', 1, { ifVersion: 'absent' }))
      await refused(() => open().delete('due', pk, '', { ifVersion: 'x' }))
      await refused(() => open().put('due', '', 'a', 1))
      await refused(() => open().put('due', pk, '\ud800', 1))
      await refused(() => open().put('due', pk, 'x'.repeat(1025), 1))
      await refused(() => open().put('due', pk, 'a', undefined))
      await refused(() => open().put('due', pk, 'a', 'x'.repeat(2 ** 20)))
      await refused(() => open().put('due', pk, 'a', 1, { ttlSeconds: 0 }))
      assert.deepEqual((await open().range('due', pk)).items, [])
    })
  })
}
