/** The objects contract: whole objects, ranges of them, lists, deletes, signed reads. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { ObjectNotFound } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import type { Bucket, Objects } from '../../src/ports/objects.ts'

const mediaType = 'application/octet-stream'

export function wholeContract(open: () => Objects): void {
  const newPrefix = () => `v/${randomId(16)}/`
  const keysOf = async (bucket: Bucket, prefix: string) => (await open().list(bucket, prefix)).items.map((item) => item.key)

  describe('whole objects', () => {
    test('what was never put is absent', async () => {
      const key = `${newPrefix()}a`
      await assert.rejects(open().get('encoded', key), ObjectNotFound)
      await assert.rejects(open().get('encoded', key, { start: 0, end: 1 }), ObjectNotFound)
      assert.equal(await open().head('encoded', key), undefined)
      assert.deepEqual(await open().list('encoded', key), { items: [] })
      await open().delete('encoded', [key])
    })

    test('an object is read back, of bytes or of a stream, empty ones too', async () => {
      const prefix = newPrefix()
      const bytes = randomBytes(300_000)
      await open().put('encoded', `${prefix}bytes`, bytes, { mediaType })
      await open().put('encoded', `${prefix}stream`, Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]), { mediaType, sizeBytes: bytes.length })
      await open().put('encoded', `${prefix}empty`, Buffer.alloc(0), { mediaType })
      assert.deepEqual(Buffer.from(await open().get('encoded', `${prefix}bytes`)), bytes)
      assert.deepEqual(Buffer.from(await open().get('encoded', `${prefix}stream`)), bytes)
      assert.equal((await open().get('encoded', `${prefix}empty`)).length, 0)
      const info = (await open().head('encoded', `${prefix}bytes`))!
      assert.deepEqual([info.key, info.sizeBytes], [`${prefix}bytes`, 300_000])
      assert.match(info.etag, /^"[^"]+"$/)
      assert.ok(Math.abs(info.modifiedAt - Date.now()) < 300_000)
      assert.equal(await open().head('raw', `${prefix}bytes`), undefined)
    })

    test('ranges are inclusive, cut at the end, and refused beyond it', async () => {
      const key = `${newPrefix()}ranged`
      const bytes = randomBytes(1000)
      await open().put('encoded', key, bytes, { mediaType })
      for (const [start, end] of [[0, 0], [0, 999], [10, 19], [990, 5000]] as const) {
        assert.deepEqual(Buffer.from(await open().get('encoded', key, { start, end })), bytes.subarray(start, end + 1))
      }
      await assert.rejects(open().get('encoded', key, { start: 1000, end: 1001 }), RangeError)
    })

    test('a put that fails leaves nothing behind', async () => {
      const prefix = newPrefix()
      const failing = new Readable({
        read() {
          this.push(randomBytes(1000))
          this.destroy(new Error('the source failed'))
        },
      })
      await assert.rejects(open().put('encoded', `${prefix}a`, failing, { mediaType, sizeBytes: 5000 }))
      await assert.rejects(open().put('encoded', `${prefix}b`, Readable.from([randomBytes(10)]), { mediaType, sizeBytes: 11 }))
      await assert.rejects(open().put('encoded', `${prefix}c`, Readable.from([randomBytes(12)]), { mediaType, sizeBytes: 11 }))
      assert.deepEqual(await keysOf('encoded', prefix), [])
    })

    test('of concurrent puts of one key one is there, whole', async () => {
      const key = `${newPrefix()}rivals`
      const bodies = Array.from({ length: 10 }, (_, index) => Buffer.alloc(200_000, index + 1))
      await Promise.all(bodies.map((body) => open().put('encoded', key, body, { mediaType })))
      const stored = Buffer.from(await open().get('encoded', key))
      assert.ok(bodies.some((body) => body.equals(stored)))
    })

    test('puts and deletes side by side in one directory do not harm each other', async () => {
      const prefix = newPrefix()
      const rounds = Array.from({ length: 40 }, async (_, index) => {
        const key = `${prefix}${index % 4}/deep/${index}`
        await open().put('encoded', key, Buffer.from(key), { mediaType })
        assert.equal(Buffer.from(await open().get('encoded', key)).toString(), key)
        await open().delete('encoded', [key, `${prefix}absent`])
      })
      await Promise.all(rounds)
      assert.deepEqual(await keysOf('encoded', prefix), [])
    })

    test('an aborted get rejects', async () => {
      const key = `${newPrefix()}aborted`
      await open().put('encoded', key, randomBytes(10), { mediaType })
      await assert.rejects(open().get('encoded', key, undefined, AbortSignal.abort()), { name: 'AbortError' })
    })

    test('a list is in key order and holds exactly the prefix', async () => {
      const prefix = newPrefix()
      const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'ab', 'b/a', 'b/a.m4s', 'c']
      await Promise.all(keys.toReversed().map((key) => open().put('encoded', prefix + key, Buffer.from(key), { mediaType })))
      const listed = await open().list('encoded', prefix)
      assert.deepEqual(listed.items.map((item) => item.key), keys.map((key) => prefix + key))
      assert.deepEqual(listed.items.map((item) => item.sizeBytes), keys.map((key) => key.length))
      assert.deepEqual(listed.items[4], await open().head('encoded', `${prefix}a/b/c`))
      for (const part of ['a', 'a/', 'b/a', 'a/b/c', 'd', 'c/']) {
        assert.deepEqual(await keysOf('encoded', prefix + part), keys.filter((key) => key.startsWith(part)).map((key) => prefix + key), part)
      }
    })

    test('a long list comes by pages, and goes on from the cursor', async () => {
      const prefix = newPrefix()
      const keys = Array.from({ length: 1030 }, (_, index) => `${prefix}${index % 3}/${String(index).padStart(5, '0')}`).sort()
      for (let from = 0; from < keys.length; from += 50) {
        await Promise.all(keys.slice(from, from + 50).map((key) => open().put('encoded', key, Buffer.from('x'), { mediaType })))
      }
      const met: string[] = []
      let pages = 0
      for (let cursor: string | undefined; ; pages++) {
        const page = await open().list('encoded', prefix, cursor)
        met.push(...page.items.map((item) => item.key))
        if (page.cursor === undefined) break
        cursor = page.cursor
      }
      assert.deepEqual(met, keys)
      assert.ok(pages >= 1)
      await open().delete('encoded', keys.slice(0, 1000))
      await open().delete('encoded', keys.slice(1000))
      assert.deepEqual(await keysOf('encoded', prefix), [])
      await assert.rejects(async () => open().delete('encoded', keys.slice(0, 1001)), RangeError)
    })

    test('keys outside of the grammar are refused', async () => {
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/./b', 'a\0b', 'a b', 'ä', 'a~', 'a\\b', 'x'.repeat(1000)]) {
        await assert.rejects(async () => open().put('encoded', key, Buffer.from('x'), { mediaType }), TypeError, key)
        await assert.rejects(async () => open().get('encoded', key), TypeError, key)
      }
      for (const prefix of ['../', '/', 'a/../', 'a//']) await assert.rejects(async () => open().list('encoded', prefix), TypeError, prefix)
    })
  })
}
