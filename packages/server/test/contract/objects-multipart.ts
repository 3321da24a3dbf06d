/** The objects contract: multipart uploads. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { BadPart, UploadNotFound } from '../../src/base/errors.ts'
import { sleep } from '../../src/base/time.ts'
import type { OpenedObjects } from './opened-objects.ts'
import { beginUpload, partSizeBytes, putPart, sha256 } from './put-parts.ts'

export function multipartContract(open: () => OpenedObjects): void {
  const rejectsParts = (call: Promise<unknown>, partNumbers: number[]) =>
    assert.rejects(call, (error) => {
      assert.ok(error instanceof BadPart, String(error))
      assert.deepEqual(error.partNumbers, partNumbers)
      return true
    })

  describe('multipart uploads', () => {
    test('parts come in any order and in parallel; the object is there only once it is complete', async () => {
      const store = open()
      const { upload, parts, bytes } = await beginUpload(store)
      assert.deepEqual(await store.objects.listParts(upload), [])
      const sent = await Promise.all([3, 1, 2].map((partNumber) => putPart(store, upload, partNumber, parts[partNumber - 1]!)))
      assert.equal(await store.objects.head('raw', upload.key), undefined)
      assert.deepEqual((await store.objects.list('raw', upload.key)).items, [])
      sent.sort((a, b) => a.partNumber - b.partNumber)
      assert.deepEqual(await store.objects.listParts(upload), sent.map((part, index) => ({ ...part, sizeBytes: parts[index]!.length })))
      await store.objects.completeUpload(upload, sent)
      assert.equal((await store.objects.head('raw', upload.key))!.sizeBytes, bytes.length)
      assert.ok(Buffer.from(await store.objects.get('raw', upload.key)).equals(bytes))
      const seam = { start: partSizeBytes - 5, end: partSizeBytes + 4 }
      assert.deepEqual(Buffer.from(await store.objects.get('raw', upload.key, seam)), bytes.subarray(seam.start, seam.end + 1))
    })

    test('a part sent again replaces itself, and its old ETag completes nothing', async () => {
      const store = open()
      const { upload, parts, bytes } = await beginUpload(store)
      const wrong = await putPart(store, upload, 2, randomBytes(partSizeBytes))
      const first = await putPart(store, upload, 1, parts[0]!)
      await sleep(store.replacesAfterMs ?? 0)
      const right = await putPart(store, upload, 2, parts[1]!)
      const last = await putPart(store, upload, 3, parts[2]!)
      assert.notEqual(wrong.etag, right.etag)
      assert.equal((await store.objects.listParts(upload)).length, 3)
      await rejectsParts(store.objects.completeUpload(upload, [first, wrong, last]), [2])
      await store.objects.completeUpload(upload, [first, right, last])
      assert.ok(Buffer.from(await store.objects.get('raw', upload.key)).equals(bytes))
    })

    test('missing, unknown and disordered parts complete nothing, and the upload goes on', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const first = await putPart(store, upload, 1, parts[0]!)
      const third = await putPart(store, upload, 3, parts[2]!)
      await rejectsParts(store.objects.completeUpload(upload, [first, third]), [2])
      await rejectsParts(store.objects.completeUpload(upload, [first, { partNumber: 2, etag: first.etag }, third]), [2])
      const second = await putPart(store, upload, 2, parts[1]!)
      await rejectsParts(store.objects.completeUpload(upload, [first, second]), [3])
      await assert.rejects(store.objects.completeUpload(upload, [second, first, third]), BadPart)
      await assert.rejects(store.objects.completeUpload(upload, [first, second, third, { partNumber: 4, etag: third.etag }]), BadPart)
      await rejectsParts(store.objects.completeUpload(upload, []), [1, 2, 3])
      assert.equal(await store.objects.head('raw', upload.key), undefined)
      await store.objects.completeUpload(upload, [first, second, third])
    })

    test('a finished upload is no longer known; its object stays', async () => {
      const store = open()
      const { upload, parts, bytes } = await beginUpload(store)
      const sent = [await putPart(store, upload, 1, parts[0]!), await putPart(store, upload, 2, parts[1]!), await putPart(store, upload, 3, parts[2]!)]
      await store.objects.completeUpload(upload, sent)
      if (store.knowsFinishedUploads) await store.objects.completeUpload(upload, sent)
      else {
        await assert.rejects(store.objects.completeUpload(upload, sent), UploadNotFound)
        await assert.rejects(store.objects.listParts(upload), UploadNotFound)
      }
      await store.objects.abortUpload(upload)
      assert.ok(Buffer.from(await store.objects.get('raw', upload.key)).equals(bytes))
    })

    test('of two completes at once one wins, the other finds the upload gone', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const sent = [await putPart(store, upload, 1, parts[0]!), await putPart(store, upload, 2, parts[1]!), await putPart(store, upload, 3, parts[2]!)]
      const outcomes = await Promise.allSettled([store.objects.completeUpload(upload, sent), store.objects.completeUpload(upload, sent)])
      for (const one of outcomes) if (one.status === 'rejected') assert.ok(one.reason instanceof UploadNotFound, String(one.reason))
      assert.ok(outcomes.some((one) => one.status === 'fulfilled'))
      assert.ok(await store.objects.head('raw', upload.key))
    })

    test('an aborted upload is gone with its parts; aborting again, or an unknown one, is no error', async () => {
      const store = open()
      const { upload, parts } = await beginUpload(store)
      const first = await putPart(store, upload, 1, parts[0]!)
      await store.objects.abortUpload(upload)
      await assert.rejects(store.objects.listParts(upload), UploadNotFound)
      await assert.rejects(store.objects.completeUpload(upload, [first]), UploadNotFound)
      await store.objects.abortUpload(upload)
      await store.objects.abortUpload({ ...upload, uploadId: 'nobody-opened-this' })
      await assert.rejects(store.objects.listParts({ ...upload, uploadId: '../../etc' }), UploadNotFound)
    })

    test('without an id all uploads of the key are aborted, and no other', async () => {
      const store = open()
      const { upload } = await beginUpload(store)
      const { upload: other } = await beginUpload(store)
      const shape = { sizeBytes: 10, partSizeBytes: 10, mediaType: 'video/mp4' }
      const second = { ...upload, uploadId: await store.objects.createUpload('raw', upload.key, shape) }
      await store.objects.abortUpload({ bucket: 'raw', key: upload.key })
      for (const gone of [upload, second]) await assert.rejects(store.objects.listParts(gone), UploadNotFound)
      assert.deepEqual(await store.objects.listParts(other), [])
      await store.objects.abortUpload({ bucket: 'raw', key: upload.key })
    })

    test('uploads that are open are listed, and no others', async () => {
      const store = open()
      const began = Date.now()
      const [{ upload: kept }, { upload: gone }] = [await beginUpload(store), await beginUpload(store)]
      await store.objects.abortUpload(gone)
      const listed = new Map<string, number>()
      for (let cursor: string | undefined; ; ) {
        const page = await store.objects.listUploads('raw', cursor)
        for (const { key, startedAt } of page.items) listed.set(key, startedAt)
        if (page.cursor === undefined) break
        cursor = page.cursor
      }
      assert.ok(!listed.has(gone.key))
      assert.ok(Math.abs(listed.get(kept.key)! - began) < 600_000, `opened at ${listed.get(kept.key)}`)
      assert.ok(!(await store.objects.listUploads('encoded')).items.some(({ key }) => key === kept.key))
    })

    test('an upload is known under its own key only', async () => {
      const store = open()
      const { upload } = await beginUpload(store)
      await assert.rejects(store.objects.listParts({ ...upload, key: `${upload.key}x` }), UploadNotFound)
    })

    test('uploads and their parts outlive a restart', async () => {
      const store = open()
      const { upload, parts, bytes } = await beginUpload(store)
      const first = await putPart(store, upload, 1, parts[0]!)
      await store.objects.close()
      store.objects = await store.reopen()
      assert.deepEqual(await store.objects.listParts(upload), [{ ...first, sizeBytes: partSizeBytes }])
      const rest = [await putPart(store, upload, 2, parts[1]!, sha256(parts[1]!)), await putPart(store, upload, 3, parts[2]!)]
      await store.objects.completeUpload(upload, [first, ...rest])
      assert.ok(Buffer.from(await store.objects.get('raw', upload.key)).equals(bytes))
    })
  })
}
