/** The objects contract: what signed URLs allow, and what they do not. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { randomId } from '../../src/base/id.ts'
import type { OpenedObjects } from './opened-objects.ts'
import { beginUpload, partSizeBytes, putPart, sha256, signPart } from './put-parts.ts'

export function signedContract(open: () => OpenedObjects): void {
  const put = (url: string, headers: Record<string, string>, body: Buffer) => fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })

  /** Altered in its last query value, which is a signature or part of what was signed. */
  const altered = (url: string): string => url.replace(/.(?=$)/, (last) => (last === 'A' ? 'Q' : 'A'))

  describe('signed URLs', () => {
    test('a part URL takes its own bytes; other bytes than the checksum says are refused and not kept', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const { url, headers } = await signPart(store, upload, 1, { checksumSha256: sha256(parts[0]!) })
      if (!store.ignoresChecksums) {
        const wrong = await put(url, headers, randomBytes(partSizeBytes))
        assert.ok(wrong.status >= 400 && wrong.status < 500, String(wrong.status))
        assert.deepEqual(await store.objects.listParts(upload), [])
      }
      const right = await put(url, headers, parts[0]!)
      assert.equal(right.status, 200)
      assert.deepEqual(await store.objects.listParts(upload), [{ partNumber: 1, sizeBytes: partSizeBytes, etag: right.headers.get('etag') }])
    })

    test('an altered, an expired and a foreign part URL write nothing', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const { url, headers } = await signPart(store, upload, 1)
      assert.equal((await put(altered(url), headers, parts[0]!)).status, 403)
      const expired = await signPart(store, upload, 1, { expiresInSeconds: -10 })
      const late = await put(expired.url, expired.headers, parts[0]!)
      assert.ok(late.status === 403 || late.status === 410, String(late.status))
      assert.deepEqual(await store.objects.listParts(upload), [])
    })

    test('a part URL serves no read and no other part', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      await putPart(store, upload, 1, parts[0]!)
      const { url } = await signPart(store, upload, 1)
      const read = await fetch(url)
      assert.ok(read.status >= 400 && read.status < 500)
      assert.ok((await read.arrayBuffer()).byteLength < 5000)
    })

    test('a part of a finished or aborted upload is refused', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const { url, headers } = await signPart(store, upload, 1)
      await store.objects.abortUpload(upload)
      const answer = await put(url, headers, parts[0]!)
      assert.ok(answer.status === 404 || answer.status === 409, String(answer.status))
    })

    test('a read URL answers the object and single ranges of it', async () => {
      const { objects } = open()
      const key = `v/${randomId(16)}/${randomId(16)}`
      const bytes = randomBytes(700_000)
      await objects.put('raw', key, bytes, { mediaType: 'video/mp4' })
      const url = await objects.signRead('raw', key, 600)
      const whole = await fetch(url)
      // Not every store says that it takes ranges; that it does is seen below.
      assert.deepEqual([whole.status, whole.headers.get('accept-ranges') ?? 'bytes', whole.headers.get('content-length')], [200, 'bytes', '700000'])
      assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes))
      for (const [range, start, end] of [['bytes=0-0', 0, 0], ['bytes=300000-400000', 300_000, 400_000], ['bytes=699990-', 699_990, 699_999], ['bytes=-10', 699_990, 699_999], ['bytes=699999-800000', 699_999, 699_999]] as const) {
        const answer = await fetch(url, { headers: { range } })
        assert.deepEqual([answer.status, answer.headers.get('content-range')], [206, `bytes ${start}-${end}/700000`], range)
        assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end + 1)), range)
      }
      const beyond = await fetch(url, { headers: { range: 'bytes=700000-' } })
      assert.equal(beyond.status, 416)
      await beyond.arrayBuffer()
    })

    test('an altered or expired read URL, or one of another key, reads nothing', async () => {
      const { objects } = open()
      const key = `v/${randomId(16)}/${randomId(16)}`
      await objects.put('raw', key, Buffer.from('secret'), { mediaType: 'video/mp4' })
      await objects.put('raw', `${key}x`, Buffer.from('secret'), { mediaType: 'video/mp4' })
      const url = await objects.signRead('raw', key, 600)
      for (const bad of [altered(url), url.replace(key, `${key}x`), await objects.signRead('raw', key, -10)]) {
        const answer = await fetch(bad)
        assert.equal(answer.status, 403)
        assert.ok(!(await answer.text()).includes('"secret"'))
      }
      const absent = await fetch(await objects.signRead('raw', `v/${randomId(16)}/a`, 600))
      assert.equal(absent.status, 404)
      await absent.arrayBuffer()
    })
  })
}
