/** The uploader against a real HTTP server: whole files, pause and resume, cancel, what it tells. */
import assert from 'node:assert/strict'
import { rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient, createUpload, SluiceError, SourceChanged, SourceUnreadable, UploadCancelled, type Upload, type UploadSnapshot } from '@sluice/sdk'
import { fileSource, openFileResumeStore } from '@sluice/sdk/node'
import { partCount, withServer } from './with-server.ts'

/** Resolves once the upload's snapshot satisfies. */
const until = (upload: Upload, holds: (snapshot: UploadSnapshot) => boolean) =>
  new Promise<void>((resolve) => {
    const end = upload.subscribe(() => {
      if (!holds(upload.snapshot())) return
      end()
      resolve()
    })
  })

test('a file arrives whole, in parallel parts, with every checksum declared', () =>
  withServer({}, async ({ server, source, hashes, storedHashes }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { title: 'A film' })
    const phases: string[] = []
    upload.subscribe(() => phases.at(-1) !== upload.snapshot().phase && phases.push(upload.snapshot().phase))
    const video = await upload.start()
    assert.equal(video.id, server.only().videoId)
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.puts.length, partCount)
    assert.equal(server.declaredChecksums(), partCount)
    assert.deepEqual(phases, ['starting', 'uploading', 'completing', 'done'])
    const { acknowledgedBytes, inFlightBytes, fraction, resumedBytes } = upload.snapshot()
    assert.deepEqual([acknowledgedBytes, inFlightBytes, fraction, resumedBytes], [source.sizeBytes, 0, 1, 0])
    assert.ok(server.now.mostFlying <= 4)
  }))

test('without checksums nothing is hashed, and URLs are signed in large batches', () =>
  withServer({}, async ({ server, source, hashes, storedHashes }) => {
    await createUpload(createClient({ baseUrl: server.baseUrl }), source, { checksums: false }).start()
    assert.deepEqual(storedHashes(), hashes)
    assert.equal(server.declaredChecksums(), 0)
    assert.equal(server.calls.filter((call) => call === 'POST part-urls').length, 1)
  }))

test('paused parts are sent again, stored ones are not', () =>
  withServer({}, async ({ server, source, hashes, storedHashes }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 1 })
    server.setFaults({ onStored: (partNumber) => partNumber === 4 && upload.pause() })
    const started = upload.start()
    await until(upload, ({ phase }) => phase === 'paused')
    const stored = server.only().parts.size
    assert.ok(stored >= 4 && stored < partCount)
    assert.equal(upload.snapshot().inFlightBytes, 0)
    server.setFaults({})
    upload.resume()
    await started
    assert.deepEqual(storedHashes(), hashes)
    // The part that was under way at the pause may go twice; no other.
    assert.ok(server.puts.length <= partCount + 1, `${server.puts.length} PUTs`)
  }))

test('an upload that is paused before it starts begins, and waits', () =>
  withServer({}, async ({ server, source }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source)
    upload.pause()
    const started = upload.start()
    await until(upload, ({ phase }) => phase === 'paused')
    assert.equal(server.puts.length, 0)
    upload.resume()
    await started
  }))

test('a cancelled upload is removed from the server and forgotten', () =>
  withServer({}, async ({ server, source, directory }) => {
    const client = createClient({ baseUrl: server.baseUrl })
    const resumeStore = await openFileResumeStore(join(directory, 'state'))
    const upload = createUpload(client, source, { concurrency: 2, resumeStore })
    const stored = new Promise<void>((resolve) => server.setFaults({ onStored: () => resolve() }))
    const rejected = assert.rejects(upload.start(), UploadCancelled)
    await stored
    await upload.cancel()
    await rejected
    assert.equal(upload.snapshot().phase, 'cancelled')
    assert.equal(server.only().state, 'aborted')
    await assert.rejects(upload.start(), UploadCancelled)
    await createUpload(client, source, { resumeStore }).start()
    assert.equal(server.uploads.size, 2)
  }))

test('a paused upload can be cancelled', () =>
  withServer({}, async ({ server, source }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source)
    upload.pause()
    const rejected = assert.rejects(upload.start(), UploadCancelled)
    await until(upload, ({ phase }) => phase === 'paused')
    await upload.cancel()
    await rejected
    assert.equal(server.only().state, 'aborted')
  }))

test('a file that changes under way fails, and what was sent is thrown away', () =>
  withServer({}, async ({ server, source, path }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 1 })
    const rejected = assert.rejects(upload.start(), SourceChanged)
    await until(upload, ({ phase }) => phase === 'uploading')
    upload.pause()
    await until(upload, ({ phase }) => phase === 'paused')
    await utimes(path, new Date(1e12), new Date(1e12))
    upload.resume()
    await rejected
    assert.equal(upload.snapshot().phase, 'failed')
    assert.equal(server.only().state, 'aborted')
  }))

test('a file that can’t be read for a moment fails, and everything is kept to go on with', () =>
  withServer({}, async ({ server, source, path, directory, hashes, storedHashes }) => {
    const client = createClient({ baseUrl: server.baseUrl })
    const resumeStore = await openFileResumeStore(join(directory, 'state'))
    const upload = createUpload(client, source, { concurrency: 1, resumeStore })
    server.setFaults({ onStored: (partNumber) => partNumber === 4 && upload.pause() })
    const rejected = assert.rejects(upload.start(), (error) => error instanceof SourceUnreadable && error.code === 'source_unreadable')
    await until(upload, ({ phase }) => phase === 'paused')
    await rename(path, `${path}.away`)
    server.setFaults({})
    upload.resume()
    await rejected
    assert.equal(upload.snapshot().phase, 'failed')
    assert.equal(server.only().state, 'open')
    await rename(`${path}.away`, path)
    // Another run, as after the page or program was started again.
    await createUpload(client, source, { resumeStore }).start()
    assert.equal(server.uploads.size, 1)
    assert.deepEqual(storedHashes(), hashes)
  }))

test('cancelled right after a pause, it ends', (t) =>
  withServer({}, async ({ server, source }) => {
    // As browsers have it: the reason is the one that came first. Node's own tells the one of the first signal in the list.
    t.mock.method(AbortSignal, 'any', (signals: AbortSignal[]) => {
      const any = new AbortController()
      const aborted = signals.find((signal) => signal.aborted)
      if (aborted) any.abort(aborted.reason)
      for (const signal of signals) signal.addEventListener('abort', () => any.abort(signal.reason), { once: true })
      return any.signal
    })
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 1 })
    const stored = new Promise<void>((resolve) => server.setFaults({ onStored: () => resolve() }))
    const rejected = assert.rejects(upload.start(), UploadCancelled)
    await stored
    const waits = until(upload, ({ phase }) => phase === 'paused').then(() => assert.fail('It waits to be resumed'))
    upload.pause()
    await Promise.race([upload.cancel(), waits])
    await rejected
    assert.equal(upload.snapshot().phase, 'cancelled')
    assert.equal(server.only().state, 'aborted')
  }))

test('a listener may resume as soon as it hears of the pause', () =>
  withServer({}, async ({ server, source }) => {
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source)
    upload.pause()
    upload.subscribe(() => upload.snapshot().phase === 'paused' && upload.resume())
    const video = await upload.start()
    assert.equal(video.id, server.only().videoId)
  }))

test('an empty file is refused by the server with its code', () =>
  withServer({}, async ({ server, directory }) => {
    const empty = join(directory, 'empty.mp4')
    await writeFile(empty, '')
    const source = await fileSource(empty)
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source)
    await assert.rejects(upload.start(), (error) => error instanceof SluiceError && error.code === 'file_empty' && error.status === 422)
    await source.close!()
  }))
