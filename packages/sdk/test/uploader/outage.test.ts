/** The uploader while nobody answers, store or server: it bears with that for as long as with one part, and no longer with what is final. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, createUpload, SluiceError, type UploadOptions } from '@sluice/sdk'
import type { Faults } from '../upload-server.ts'
import { withServer, type Scene } from './with-server.ts'

/** One call is one try, so that only the uploader's own patience counts; and one batch of URLs, so that further ones are renewals. */
const begun = ({ server, source }: Scene, options: UploadOptions = {}) =>
  createUpload(createClient({ baseUrl: server.baseUrl, tries: 1 }), source, { backoffBaseMs: 1, concurrency: 2, checksums: false, ...options })

/** The file arrives whole; answers how often the route was called. */
async function survives(faults: Faults, route: string, options?: UploadOptions): Promise<number> {
  let calls = 0
  await withServer(faults, async (scene) => {
    await begun(scene, options).start()
    assert.deepEqual(scene.storedHashes(), scene.hashes)
    assert.equal(scene.server.only().state, 'completed')
    calls = scene.server.calls.filter((call) => call === route).length
  })
  return calls
}

const unavailable = { status: 503, code: 'unavailable' }
const cutOnce = (partNumber: number, attempt: number) => (partNumber === 3 && attempt === 1 ? ('cut' as const) : undefined)
const failing = (route: string, from: number, to: number): Faults['onCall'] => (called, attempt) =>
  called !== route || attempt < from || attempt > to ? undefined : attempt % 2 ? 'lost' : unavailable

test('store and server are away at once: the failed renewal of a URL is a failed try of its part', async () => {
  assert.equal(await survives({ onPart: cutOnce, onCall: failing('POST part-urls', 2, 9) }, 'POST part-urls'), 10)
})

test('the server is away when URLs are to be signed', async () => {
  assert.equal(await survives({ onCall: failing('POST part-urls', 1, 8) }, 'POST part-urls'), 9)
})

test('the server is away when the upload is to be completed', async () => {
  assert.equal(await survives({ onCall: failing('POST complete', 1, 8) }, 'POST complete'), 9)
})

test('the server is away when its list of parts is needed', async () => {
  assert.equal(await survives({ onPart: () => 'no-etag', onCall: failing('GET upload', 1, 8) }, 'GET upload'), 9)
})

test('a server that stays away ends the upload after as many tries as a part has', () =>
  withServer({ onPart: cutOnce, onCall: (route, attempt) => (route === 'POST part-urls' && attempt > 1 ? unavailable : undefined) }, async (scene) => {
    await assert.rejects(begun(scene, { partTries: 4 }).start(), (error) => error instanceof SluiceError && error.code === 'unavailable')
    // The first one signed the batch; the first try of the part was its PUT.
    assert.equal(scene.server.calls.filter((call) => call === 'POST part-urls').length, 1 + 3)
    assert.equal(scene.server.only().state, 'open')
  }))

test('what the server says for good ends the upload at once', () =>
  withServer({ onPart: cutOnce }, async (scene) => {
    scene.server.setFaults({ onPart: cutOnce, onCall: (route, attempt) => (route === 'POST part-urls' && attempt > 1 ? { status: 410, code: 'upload_expired' } : undefined) })
    await assert.rejects(begun(scene).start(), (error) => error instanceof SluiceError && error.code === 'upload_expired')
    assert.equal(scene.server.calls.filter((call) => call === 'POST part-urls').length, 2)
  }))

test('tries do not count while the browser has no network', async (t) => {
  let isOnLine = false
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => isOnLine })
  t.after(() => Reflect.deleteProperty(navigator, 'onLine'))
  let puts = 0
  const onPart = (partNumber: number, attempt: number) => {
    if (partNumber !== 3) return undefined
    puts = attempt
    isOnLine = attempt > 6
    return isOnLine ? undefined : ('cut' as const)
  }
  await survives({ onPart }, 'POST part-urls', { partTries: 2 })
  assert.equal(puts, 7)
})
