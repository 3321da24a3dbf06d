/** The uploader against a server that fails: every fault is survived, and the file arrives whole. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, createUpload, SluiceError, type UploadOptions } from '@sluice/sdk'
import type { Faults } from '../upload-server.ts'
import { partCount, withServer } from './with-server.ts'

const quick: UploadOptions = { backoffBaseMs: 10, concurrency: 3 }

/** Faults that the upload gets over; answers the number of PUTs. */
function survives(faults: Faults, options: UploadOptions = {}): Promise<number> {
  let puts = 0
  return withServer(faults, async ({ server, source, hashes, storedHashes }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { ...quick, ...options })
    await upload.start()
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.only().state, 'completed')
    assert.equal(server.uploads.size, 1)
    assert.equal(upload.snapshot().acknowledgedBytes, source.sizeBytes)
    assert.equal(upload.snapshot().inFlightBytes, 0)
    puts = server.puts.length
  }).then(() => puts)
}

test('connections that are cut in the middle of a part', async () => {
  assert.equal(await survives({ onPart: (partNumber, attempt) => (partNumber % 3 === 0 && attempt <= 2 ? 'cut' : undefined) }), partCount + 6)
})

test('answers to parts that are lost after the part was stored', async () => {
  assert.equal(await survives({ onPart: (partNumber, attempt) => (partNumber === 5 && attempt === 1 ? 'cut-answer' : undefined) }), partCount + 1)
})

test('a store that is overloaded, with and without Retry-After', async () => {
  await survives({ onPart: (partNumber, attempt) => (attempt <= 2 ? { status: 503, retryAfter: partNumber === 1 ? 1 : undefined } : undefined) })
})

test('part URLs that expired, for every part', async () => {
  await survives({ onPart: (_partNumber, attempt) => (attempt === 1 ? { status: 410, code: 'part_url_expired' } : undefined) })
})

test('a URL that takes one PUT only is signed again after a fault', async () => {
  await survives({ urlsGoodFor: 1, onPart: (partNumber, attempt) => (partNumber === 2 && attempt === 1 ? { status: 500 } : undefined) })
})

test('a part that stalls is given up and sent again', async () => {
  await survives({ onPart: (partNumber, attempt) => (partNumber === 7 && attempt === 1 ? 'stall' : undefined) }, { stallSeconds: 1 })
})

test('a store that keeps ETags to itself', async () => {
  await survives({ onPart: () => 'no-etag' })
})

test('lost answers of begin, part-urls and complete; 503 and 429 of the API', async () => {
  await survives({
    onCall(route, attempt) {
      if (attempt === 1) return 'lost'
      if (attempt === 2 && route !== 'POST part-urls') return { status: 503, code: 'unavailable' }
      return attempt === 3 && route === 'POST complete' ? { status: 429, code: 'rate_limited', retryAfter: 1 } : undefined
    },
  })
})

test('parts that the store lost are sent again when complete says so', async () => {
  let lost = false
  await withServer({}, async ({ server, source, hashes, storedHashes }) => {
    server.setFaults({
      onCall(route) {
        if (route === 'POST complete' && !lost) {
          lost = true
          server.only().parts.delete(4)
          server.only().parts.delete(9)
        }
        return undefined
      },
    })
    await createUpload(createClient({ baseUrl: server.baseUrl }), source, quick).start()
    assert.ok(lost)
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.puts.length, partCount + 2)
  })
})

test('an ETag that is not the store’s is replaced by what the server lists', async () => {
  await withServer({}, async ({ server, source, hashes, storedHashes }) => {
    const honest = source.put
    const lying = { ...source, put: async (request: Parameters<typeof honest>[0]) => ({ ...(await honest(request)), etag: '"wrong"' }) }
    await createUpload(createClient({ baseUrl: server.baseUrl }), lying, quick).start()
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.only().state, 'completed')
  })
})

test('damaged bytes are refused by their checksum and sent again', async () => {
  await withServer({}, async ({ server, source, hashes, storedHashes }) => {
    const honest = source.put
    let damaged = 0
    const noisy = {
      ...source,
      // The bytes of another part, once: what a broken proxy or memory would do.
      put: (request: Parameters<typeof honest>[0]) =>
        honest(request.span.from === 0 && damaged++ === 0 ? { ...request, span: { from: 1, to: request.span.to + 1 } } : request),
    }
    await createUpload(createClient({ baseUrl: server.baseUrl }), noisy, quick).start()
    assert.ok(damaged > 1)
    assert.deepEqual(storedHashes(), hashes)
  })
})

test('after the last try it fails with the store’s answer, and start goes on from there', () =>
  withServer({ onPart: (partNumber) => (partNumber === 6 ? { status: 507 } : undefined) }, async ({ server, source, hashes, storedHashes }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { ...quick, concurrency: 1, partTries: 3 })
    await assert.rejects(upload.start(), (error) => error instanceof SluiceError && error.status === 507 && error.members['partNumber'] === 6)
    assert.equal(upload.snapshot().phase, 'failed')
    assert.equal(server.only().parts.size, 5)
    server.setFaults({})
    await upload.start()
    assert.equal(upload.snapshot().phase, 'done')
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.puts.length, partCount + 3)
    assert.equal(server.uploads.size, 1)
  }))

test('a server that refuses for good ends the upload at once', () =>
  withServer({ onCall: (route) => (route === 'POST begin' ? { status: 429, code: 'too_many_uploads' } : undefined) }, async ({ server, source }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, quick)
    await assert.rejects(upload.start(), (error) => error instanceof SluiceError && error.code === 'too_many_uploads')
    assert.deepEqual(server.calls, ['POST begin'])
  }))
