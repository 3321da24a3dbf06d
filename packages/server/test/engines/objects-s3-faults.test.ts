/** The S3 driver while the store is slow, silent, refuses, cuts connections, loses answers, dies: nothing wrong is ever answered. */
import { after, afterEach, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { startS3 } from '../../../../scripts/engines/s3.ts'
import { DriverUnavailable, UploadNotFound } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import { openS3Objects } from '../../src/drivers/objects/s3/open.ts'
import { prepareBuckets } from '../../src/drivers/objects/s3/prepare-buckets.ts'
import type { Objects } from '../../src/ports/objects.ts'
import { beginUpload, putPart, type TestStore } from '../contract/put-parts.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { openFaultyProxy, type FaultyProxy } from '../fixtures/faulty-proxy.ts'
import { s3Options } from './open-s3.ts'

const mediaType = 'application/octet-stream'
const newKey = () => `v/${randomId(16)}/${randomId(16)}`
const slowDown = 'HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'

describe('S3 with faults', { timeout: 800_000 }, () => {
  let engine: Awaited<ReturnType<typeof startS3>>
  let proxy: FaultyProxy
  let objects: Objects
  /** Without the proxy: what is really there. */
  let direct: Objects
  let store: TestStore
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>

  before(async () => {
    scratch = await scratchDirectory()
    engine = await startS3({ directory: scratch.path })
    proxy = await openFaultyProxy({ port: engine.ports[0]! })
    await prepareBuckets(s3Options(engine))
    direct = openS3Objects(s3Options(engine))
    objects = openS3Objects({ ...s3Options({ ...engine, endpoint: `http://127.0.0.1:${proxy.port}` }), idleSeconds: 1, attempts: 3 })
    store = { objects: direct, baseUrl: '' }
    // The first write of a bucket makes its volumes.
    await direct.put('raw', newKey(), Buffer.from('first'), { mediaType })
    await direct.put('encoded', newKey(), Buffer.from('first'), { mediaType })
  })
  afterEach(() => proxy.set('pass'))
  after(async () => {
    await objects.close()
    await direct.close()
    await proxy.close()
    await engine.stop()
    await scratch.remove()
  })

  async function uploadParts() {
    const { upload, parts, bytes } = await beginUpload(store)
    const sent = await Promise.all([1, 2, 3].map((partNumber) => putPart(store, upload, partNumber, parts[partNumber - 1]!)))
    return { upload, bytes, sent }
  }

  test('a large stream that the store never asks for is closed', async () => {
    proxy.set({ answers: slowDown })
    const body = createReadStream(process.execPath)
    await assert.rejects(objects.put('encoded', newKey(), body, { mediaType, sizeBytes: statSync(process.execPath).size }), DriverUnavailable)
    assert.ok(body.destroyed)
  })

  for (const fault of ['refuse', 'silent', 'loseAnswers', { cutAfterBytes: 20 }, { stallAfterBytes: 20 }, { answers: slowDown }] as const) {
    test(`${inspect(fault).slice(0, 30)}: every call says that the store is away, soon, and all is well afterwards`, async () => {
      const key = newKey()
      await objects.put('encoded', key, Buffer.from('here'), { mediaType })
      const { upload, sent } = await uploadParts()
      proxy.set(fault)
      const begun = performance.now()
      const calls = [
        objects.get('encoded', key), objects.head('encoded', key), objects.list('encoded', key), objects.put('encoded', newKey(), Buffer.from('x'), { mediaType }),
        objects.put('encoded', newKey(), Readable.from([randomBytes(17 * 2 ** 20)]), { mediaType, sizeBytes: 17 * 2 ** 20 }),
        objects.createUpload('raw', newKey(), { sizeBytes: 10, partSizeBytes: 10, mediaType }), objects.listParts(upload), objects.completeUpload(upload, sent), objects.abortUpload({ bucket: 'raw', key: newKey() }),
      ]
      for (const outcome of await Promise.allSettled(calls)) {
        assert.ok(outcome.status === 'rejected' && outcome.reason instanceof DriverUnavailable, inspect(outcome))
      }
      assert.ok(performance.now() - begun < 30_000)
      proxy.set('pass')
      assert.equal(Buffer.from(await objects.get('encoded', key)).toString(), 'here')
      await direct.abortUpload(upload)
    })
  }

  test('a slow store is waited for; two refusals or SlowDowns are overcome', async () => {
    const key = newKey()
    for (const [fault, times] of [[{ slowMs: 400 }, Infinity], [{ answers: slowDown }, 2], ['loseAnswers', 2]] as const) {
      proxy.set(fault, times)
      await objects.put('encoded', key, Buffer.from('here'), { mediaType })
      proxy.set(fault, times)
      assert.equal(Buffer.from(await objects.get('encoded', key)).toString(), 'here')
    }
  })

  test('a body that is cut mid-way is read again, and never answered short', async () => {
    const key = newKey()
    const bytes = randomBytes(6_000_000)
    await direct.put('encoded', key, bytes, { mediaType })
    for (const cutAfterBytes of [100_000, 3_000_000, 6_000_000]) {
      proxy.set({ cutAfterBytes }, 1)
      assert.ok(Buffer.from(await objects.get('encoded', key)).equals(bytes))
      assert.ok(Buffer.from(await objects.get('encoded', key, { start: 1_000_000, end: 4_999_999 })).equals(bytes.subarray(1_000_000, 5_000_000)))
    }
    proxy.set({ cutAfterBytes: 2_000_000 })
    await assert.rejects(objects.get('encoded', key), DriverUnavailable)
  })

  test('a get that is given up in the middle of the body rejects at once', async () => {
    const key = newKey()
    await direct.put('encoded', key, randomBytes(6_000_000), { mediaType })
    proxy.set({ stallAfterBytes: 1_000_000 })
    const patient = openS3Objects({ ...s3Options({ ...engine, endpoint: `http://127.0.0.1:${proxy.port}` }), idleSeconds: 60 })
    await assert.rejects(patient.get('encoded', key, undefined, AbortSignal.timeout(700)), { name: /AbortError|TimeoutError/ })
    await patient.close()
    await assert.rejects(objects.get('encoded', key), DriverUnavailable)
  })

  test('a complete whose answer was lost has completed', async () => {
    const { upload, bytes, sent } = await uploadParts()
    // The first answer is that of the list of parts.
    await objects.listParts(upload)
    const before = proxy.happened()
    const completing = objects.completeUpload(upload, sent)
    proxy.set('loseAnswers', 2)
    await completing
    assert.ok(proxy.happened() > before)
    assert.ok(Buffer.from(await direct.get('raw', upload.key)).equals(bytes))
  })

  test('a complete of which nobody heard again can be asked for again', async () => {
    const { upload, bytes, sent } = await uploadParts()
    const lossy = openS3Objects({ ...s3Options({ ...engine, endpoint: `http://127.0.0.1:${proxy.port}` }), idleSeconds: 1, attempts: 1 })
    try {
      // Whichever answer is lost, repeating ends with the object, made once and whole.
      for (let lost = 1; lost <= 3; lost++) {
        proxy.set('loseAnswers', 1)
        await lossy.completeUpload(upload, sent).catch((error: unknown) => assert.ok(error instanceof DriverUnavailable || error instanceof UploadNotFound, String(error)))
      }
      proxy.set('pass')
      await lossy.completeUpload(upload, sent).catch((error: unknown) => assert.ok(error instanceof UploadNotFound, String(error)))
      assert.ok(Buffer.from(await direct.get('raw', upload.key)).equals(bytes))
    } finally {
      await lossy.close()
    }
  })

  test('an upload whose id was lost is aborted with its key', async () => {
    const key = newKey()
    proxy.set('loseAnswers', 1)
    const uploadId = await objects.createUpload('raw', key, { sizeBytes: 10, partSizeBytes: 10, mediaType })
    await objects.abortUpload({ bucket: 'raw', key })
    await assert.rejects(objects.listParts({ bucket: 'raw', key, uploadId }), UploadNotFound)
  })

  test('a large stream is stored in parts that are sent again by themselves; one that fails leaves nothing', async () => {
    const bytes = randomBytes(40 * 2 ** 20 + 77)
    const key = newKey()
    proxy.set('loseAnswers', 2)
    await objects.put('encoded', key, Readable.from(chunksOf(bytes)), { mediaType, sizeBytes: bytes.length })
    for (let start = 0; start < bytes.length; start += 10 * 2 ** 20) {
      const end = Math.min(start + 10 * 2 ** 20, bytes.length) - 1
      assert.ok(Buffer.from(await direct.get('encoded', key, { start, end })).equals(bytes.subarray(start, end + 1)))
    }
    for (const sizeBytes of [bytes.length - 1, bytes.length + 1]) {
      const other = newKey()
      await assert.rejects(objects.put('encoded', other, Readable.from(chunksOf(bytes)), { mediaType, sizeBytes }), RangeError)
      assert.equal(await direct.head('encoded', other), undefined)
    }
  })

  test('what a wrong key is told holds no secret, and is no fault of the request', async () => {
    const wrong = openS3Objects({ ...s3Options(engine), credentials: { accessKeyId: 'nobody', secretAccessKey: 'a-secret-of-mine' }, attempts: 1 })
    const mistaken = openS3Objects({ ...s3Options(engine), credentials: { accessKeyId: engine.accessKeyId, secretAccessKey: 'a-secret-of-mine' }, attempts: 1 })
    const missing = openS3Objects({ ...s3Options(engine), buckets: { raw: 'no-such-bucket', encoded: 'no-such-bucket' }, attempts: 1 })
    for (const objects of [wrong, mistaken, missing]) {
      const error: unknown = await objects.list('encoded', 'v/').then(() => undefined, (thrown: unknown) => thrown)
      assert.ok(error instanceof DriverUnavailable, inspect(error))
      const told = inspect(error, { depth: 10, showHidden: true })
      for (const secret of ['a-secret-of-mine', engine.secretAccessKey, 'Signature=', 'AWS4-HMAC']) assert.ok(!told.includes(secret), told)
      await objects.close()
    }
  })

  test('what was acknowledged is there after the store was killed', async () => {
    const { upload, bytes, sent } = await uploadParts()
    const key = newKey()
    await objects.put('encoded', key, bytes.subarray(0, 1_000_000), { mediaType })
    await engine.kill()
    await assert.rejects(objects.head('encoded', key), DriverUnavailable)
    engine = await startS3({ directory: scratch.path, ports: engine.ports })
    assert.ok(Buffer.from(await objects.get('encoded', key)).equals(bytes.subarray(0, 1_000_000)))
    await objects.completeUpload(upload, sent)
    assert.ok(Buffer.from(await objects.get('raw', upload.key)).equals(bytes))
  })
})

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
}
