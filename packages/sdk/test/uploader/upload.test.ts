/** The uploader against a real HTTP server: whole files, pause and resume, cancel, what it tells. */
import assert from 'node:assert/strict'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClient, createUpload, SluiceError, SourceChanged, UploadCancelled, type UploadSnapshot } from '@sluice/sdk'
import { fileSource, openFileResumeStore } from '@sluice/sdk/node'
import { randomFile, scratchDirectory } from '../scratch-file.ts'
import { startUploadServer, type UploadServer } from '../upload-server.ts'

const partSizeBytes = 256 * 1024
const sizeBytes = 10 * partSizeBytes + 1234
let scratch: Awaited<ReturnType<typeof scratchDirectory>>
let path: string
let hashes: string[]

before(async () => {
  scratch = await scratchDirectory()
  path = join(scratch.path, 'film.mp4')
  hashes = await randomFile(path, sizeBytes, partSizeBytes)
})
after(() => scratch.remove())

async function withServer(run: (server: UploadServer) => Promise<void>): Promise<void> {
  const server = await startUploadServer({ partSizeBytes })
  try {
    await run(server)
  } finally {
    await server.close()
  }
}

const storedHashes = (server: UploadServer) =>
  [...server.only().parts].sort(([a], [b]) => a - b).map(([, part]) => part.sha256)

/** Resolves once the upload's snapshot satisfies. */
const until = (upload: ReturnType<typeof createUpload>, holds: (snapshot: UploadSnapshot) => boolean) =>
  new Promise<void>((resolve) => {
    const end = upload.subscribe(() => {
      if (!holds(upload.snapshot())) return
      end()
      resolve()
    })
  })

test('a file arrives whole, in parallel parts, with every checksum declared', () =>
  withServer(async (server) => {
    const source = await fileSource(path)
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { title: 'A film' })
    const phases: string[] = []
    upload.subscribe(() => phases.at(-1) !== upload.snapshot().phase && phases.push(upload.snapshot().phase))
    const video = await upload.start()
    await source.close!()
    assert.equal(video.id, server.only().videoId)
    assert.deepEqual(storedHashes(server), hashes)
    assert.equal(server.puts.length, 11)
    assert.equal(server.declaredChecksums(), 11)
    assert.deepEqual(phases, ['starting', 'uploading', 'completing', 'done'])
    const { acknowledgedBytes, inFlightBytes, fraction } = upload.snapshot()
    assert.deepEqual([acknowledgedBytes, inFlightBytes, fraction], [sizeBytes, 0, 1])
    assert.ok(server.now.mostFlying <= 4)
  }))

test('paused parts are sent again, stored ones are not', () =>
  withServer(async (server) => {
    const source = await fileSource(path)
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 1 })
    server.setFaults({ onStored: (partNumber) => partNumber === 4 && upload.pause() })
    const started = upload.start()
    await until(upload, ({ phase }) => phase === 'paused')
    const stored = server.only().parts.size
    assert.ok(stored >= 4 && stored < 11)
    assert.equal(upload.snapshot().inFlightBytes, 0)
    server.setFaults({})
    upload.resume()
    await started
    await source.close!()
    assert.deepEqual(storedHashes(server), hashes)
    // The part that was under way at the pause may go twice; no other.
    assert.ok(server.puts.length <= 12, `${server.puts.length} PUTs`)
  }))

test('a cancelled upload is removed from the server and forgotten', () =>
  withServer(async (server) => {
    const source = await fileSource(path)
    const resumeStore = await openFileResumeStore(join(scratch.path, 'cancelled'))
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 2, resumeStore })
    const stored = new Promise<void>((resolve) => server.setFaults({ onStored: () => resolve() }))
    const started = upload.start()
    const rejected = assert.rejects(started, UploadCancelled)
    await stored
    await upload.cancel()
    await rejected
    assert.equal(upload.snapshot().phase, 'cancelled')
    assert.equal(server.only().state, 'aborted')
    await assert.rejects(upload.start(), UploadCancelled)
    const again = createUpload(createClient({ baseUrl: server.baseUrl }), source, { resumeStore })
    await again.start()
    await source.close!()
    assert.equal(server.uploads.size, 2)
  }))

test('a file that changes under way fails, and what was sent is thrown away', () =>
  withServer(async (server) => {
    const changing = join(scratch.path, 'changing.mp4')
    await randomFile(changing, sizeBytes, partSizeBytes)
    const source = await fileSource(changing)
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source, { concurrency: 1 })
    const started = upload.start()
    const rejected = assert.rejects(started, SourceChanged)
    await until(upload, ({ phase }) => phase === 'uploading')
    upload.pause()
    await until(upload, ({ phase }) => phase === 'paused')
    await utimes(changing, new Date(1e12), new Date(1e12))
    upload.resume()
    await rejected
    await source.close!()
    assert.equal(upload.snapshot().phase, 'failed')
    assert.equal(server.only().state, 'aborted')
  }))

test('an empty file is refused by the server with its code', () =>
  withServer(async (server) => {
    const empty = join(scratch.path, 'empty.mp4')
    await writeFile(empty, '')
    const source = await fileSource(empty)
    const upload = createUpload(createClient({ baseUrl: server.baseUrl }), source)
    await assert.rejects(upload.start(), (error) => error instanceof SluiceError && error.code === 'file_empty' && error.status === 422)
    await source.close!()
  }))
