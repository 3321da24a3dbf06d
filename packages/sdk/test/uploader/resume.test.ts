/** Uploads that go on after their process was killed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource, openFileResumeStore } from '@sluice/sdk/node'
import { partCount, withServer } from './with-server.ts'

const child = fileURLToPath(new URL('./upload-child.ts', import.meta.url))
const run = (...args: string[]) => spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })

test('killed with kill -9 in the middle, the next process sends only what is missing', () =>
  withServer({}, async ({ server, path, hashes, directory, storedHashes }) => {
    const state = join(directory, 'state')
    let kill: (() => void) | undefined
    server.setFaults({ onStored: (partNumber) => partNumber === 5 && kill?.() })
    const first = run(server.baseUrl, path, state)
    kill = () => first.kill('SIGKILL')
    const [, signal] = await once(first, 'exit')
    assert.equal(signal, 'SIGKILL')
    const before = new Set(server.only().parts.keys())
    assert.ok(before.size >= 5 && before.size < partCount)
    const putsBefore = server.puts.length
    server.setFaults({})
    const [code] = await once(run(server.baseUrl, path, state), 'exit')
    assert.equal(code, 0)
    assert.equal(server.uploads.size, 1)
    assert.deepEqual(storedHashes(), hashes)
    assert.deepEqual(server.puts.slice(putsBefore).filter((partNumber) => before.has(partNumber)), [])
  }))

test('killed before the answer of begin was kept, the same upload is begun again', () =>
  withServer({ onCall: (route) => (route === 'POST begin' ? 'lost' : undefined) }, async ({ server, path, directory }) => {
    const state = join(directory, 'state')
    const first = run(server.baseUrl, path, state)
    const exit = once(first, 'exit')
    while (server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    first.kill('SIGKILL')
    await exit
    server.setFaults({})
    const [code] = await once(run(server.baseUrl, path, state), 'exit')
    assert.equal(code, 0)
    assert.equal(server.uploads.size, 1)
  }))

test('killed after complete was taken, the next run finds the video', () =>
  withServer({}, async ({ server, source, directory }) => {
    const resumeStore = await openFileResumeStore(join(directory, 'state'))
    const forgetful = { ...resumeStore, delete: async () => undefined }
    const client = createClient({ baseUrl: server.baseUrl })
    await createUpload(client, source, { resumeStore: forgetful }).start()
    const puts = server.puts.length
    const video = await createUpload(client, source, { resumeStore }).start()
    assert.equal(video.id, server.only().videoId)
    assert.equal(server.puts.length, puts)
    // From now on the same file is a new upload.
    await createUpload(client, source, { resumeStore }).start()
    assert.equal(server.uploads.size, 2)
  }))

test('an upload that the server gave up is begun anew', () =>
  withServer({}, async ({ server, source, directory }) => {
    const resumeStore = await openFileResumeStore(join(directory, 'state'))
    const client = createClient({ baseUrl: server.baseUrl })
    server.setFaults({ onPart: () => ({ status: 500 }) })
    await assert.rejects(createUpload(client, source, { resumeStore, partTries: 1 }).start())
    server.only().state = 'expired'
    server.setFaults({})
    await createUpload(client, source, { resumeStore }).start()
    assert.deepEqual([...server.uploads.values()].map(({ state }) => state), ['expired', 'completed'])
  }))

for (const ended of [false, true]) {
  test(`an upload whose video was deleted is begun anew, ${ended ? 'completed' : 'open'} as it was`, () =>
    withServer({ onPart: (partNumber) => (partNumber === 6 && !ended ? { status: 500 } : undefined) }, async ({ server, source, directory }) => {
      const resumeStore = await openFileResumeStore(join(directory, 'state'))
      const client = createClient({ baseUrl: server.baseUrl })
      const forgetful = { ...resumeStore, delete: async () => undefined }
      await createUpload(client, source, { resumeStore: forgetful, partTries: 1 }).start().catch(() => undefined)
      const { id, videoId, state } = server.only()
      assert.equal(state, ended ? 'completed' : 'open')
      server.setFaults({ onCall: (route) => (route === 'GET video' ? { status: 404, code: 'video_not_found' } : undefined) })
      const video = await createUpload(client, source, { resumeStore }).start()
      assert.notEqual(video.id, videoId)
      const another = [...server.uploads.values()].find((upload) => upload.id !== id)!
      assert.deepEqual([another.videoId, another.state, another.parts.size], [video.id, 'completed', partCount])
    }))
}

test('an upload that is gone when its begin is repeated is begun anew', () =>
  withServer({ onCall: (route) => (route === 'POST begin' ? 'lost' : undefined) }, async ({ server, source, directory }) => {
    const resumeStore = await openFileResumeStore(join(directory, 'state'))
    const client = createClient({ baseUrl: server.baseUrl, tries: 1 })
    await assert.rejects(createUpload(client, source, { resumeStore }).start())
    server.only().state = 'expired'
    server.setFaults({})
    await createUpload(client, source, { resumeStore }).start()
    assert.deepEqual([...server.uploads.values()].map(({ state }) => state), ['expired', 'completed'])
  }))

test('records are readable by their owner alone', () =>
  withServer({ onPart: () => ({ status: 500 }) }, async ({ server, path, directory }) => {
    const state = join(directory, 'state')
    const resumeStore = await openFileResumeStore(state)
    const source = await fileSource(path)
    await assert.rejects(createUpload(createClient({ baseUrl: server.baseUrl }), source, { resumeStore, partTries: 1 }).start())
    await source.close!()
    assert.equal((await stat(state)).mode & 0o777, 0o700)
  }))
