/** `complete` that was interrupted anywhere: called again or walked by its due entry, it ends (DESIGN §2.2). */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import type { Objects } from '../../src/ports/objects.ts'
import type { Due } from '../../src/records/due.ts'
import { resumeDueUpload } from '../../src/upload/resume-due.ts'
import { readVideo } from '../../src/records/video.ts'
import { startApi, type Api } from './start-api.ts'
import { begin, sendParts } from './upload-file.ts'

const sendOne = async (api: Api, token: string) => {
  const begun = await begin(api, token, { sizeBytes: 1000 })
  return { begun, parts: await sendParts(api, token, begun, [1]) }
}

/** Fails once at the named call: before it was done, or after it was done and its answer lost. */
type Fault = { at: string; when: 'before' | 'after' }

/** The port with a fault that is armed and disarmed from outside. */
function faulty<T extends object>(port: T, state: { fault?: Fault }): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        const { fault } = state
        const hit = fault?.at === name || fault?.at === `${String(name)} ${String(args[0])}`
        if (hit) state.fault = undefined
        if (hit && fault?.when === 'before') throw new DriverUnavailable('a fault of the test')
        const result: unknown = await value.apply(target, args)
        if (hit) throw new DriverUnavailable('a fault of the test')
        return result
      }
    },
  })
}

async function startFaulty(t: Parameters<typeof startApi>[0]): Promise<{ api: Api; state: { fault?: Fault } }> {
  const state: { fault?: Fault } = {}
  const api = await startApi(t, {
    change: ({ objects, documents, queue }) => ({ objects: faulty(objects, state), documents: faulty(documents, state), queue: faulty(queue, state) }),
  })
  return { api, state }
}

const faults: Fault[] = [
  { at: 'put due', when: 'before' },
  { at: 'put upload', when: 'before' },
  { at: 'put upload', when: 'after' },
  { at: 'completeUpload', when: 'before' },
  { at: 'head', when: 'after' },
  { at: 'put video', when: 'before' },
  { at: 'put video', when: 'after' },
  { at: 'put latest', when: 'before' },
  { at: 'enqueue', when: 'before' },
  { at: 'enqueue', when: 'after' },
  { at: 'delete accountUpload', when: 'before' },
]

for (const fault of faults) {
  test(`complete, broken ${fault.when} “${fault.at}”, ends when it is called again`, async (t) => {
    const { api, state } = await startFaulty(t)
    const { token } = await api.signUp('anna')
    const { begun, parts } = await sendOne(api, token)
    state.fault = fault
    const broken = await api.refused('unavailable', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
    assert.equal(typeof broken.retryAfterSeconds, 'number')
    const again = await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
    assert.deepEqual([again.status, again.body.video?.state], [200, 'inspecting'], JSON.stringify(again.body))
    await assertEnded(api, begun)
  })
}

for (const fault of faults.slice(3)) {
  test(`complete, broken ${fault.when} “${fault.at}”, ends by its due entry`, async (t) => {
    const { api, state } = await startFaulty(t)
    const { token } = await api.signUp('anna')
    const { begun, parts } = await sendOne(api, token)
    state.fault = fault
    await api.refused('unavailable', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
    const due = (await api.documents.scan<{ kind: string; id: string; atMinute: number }>('due')).items.map((item) => item.value)
    const soon = Math.floor(api.now() / 60_000) + 2
    assert.ok(due.some(({ kind, id, atMinute }) => kind === 'upload' && id === begun.uploadId && atMinute <= soon), 'somebody looks soon')
    assert.ok(due.some(({ kind, id, atMinute }) => kind === 'video' && id === begun.videoId && atMinute <= soon))
    assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined)
    await assertEnded(api, begun)
  })
}

const storeUploads = (api: Api): Promise<string[]> => readdir(join(api.dir, 'objects', 'uploads'))

async function assertEnded(api: Api, begun: { uploadId: string; videoId: string }): Promise<void> {
  assert.equal((await readVideo(api.documents, begun.videoId))!.value.state, 'inspecting')
  assert.equal((await api.documents.get<{ state: string }>('upload', begun.uploadId, 'meta'))!.value.state, 'completed')
  assert.equal((await api.documents.scan('latest')).items.length, 1)
  assert.equal((await api.documents.scan('accountUpload')).items.length, 0)
  const task = await api.queue.take({ priorities: [1], leaseSeconds: 10, waitSeconds: 0 })
  assert.deepEqual(task!.body, { kind: 'inspect', videoId: begun.videoId })
}

test('a completion whose answer got lost is known by the object that it made', async (t) => {
  const { api, state } = await startFaulty(t)
  const { token } = await api.signUp('anna')
  const { begun, parts } = await sendOne(api, token)
  state.fault = { at: 'completeUpload', when: 'after' }
  const done = await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.deepEqual([done.status, done.body.video?.state], [200, 'inspecting'])
  await assertEnded(api, begun)
})

test('a store that made too little: size_mismatch, and the upload starts over', async (t) => {
  let short = true
  const api = await startApi(t, {
    change: ({ objects }) => ({
      objects: {
        ...objects,
        async head(bucket, key) {
          const info = await objects.head(bucket, key)
          return info && short ? { ...info, sizeBytes: info.sizeBytes - 1 } : info
        },
      } satisfies Objects,
    }),
  })
  const { token } = await api.signUp('anna')
  const { begun, parts } = await sendOne(api, token)
  await api.refused('size_mismatch', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  short = false
  const { body } = await api.call('GET', `/uploads/${begun.uploadId}`, { token })
  assert.deepEqual([body.state, body.parts], ['open', []])
})

test('a begin that died before its document leaves no upload at the store', async (t) => {
  const { api, state } = await startFaulty(t)
  const { token } = await api.signUp('anna')
  const file = { fileName: 'clip.mp4', sizeBytes: 1000 }
  const opened: string[] = []
  for (const idempotencyKey of ['given-up', 'repeated']) {
    state.fault = { at: 'put upload', when: 'before' }
    await api.refused('unavailable', 'POST', '/uploads', { token, body: file, headers: { 'idempotency-key': idempotencyKey } })
    opened.push(...(await storeUploads(api)))
  }
  assert.equal(new Set(opened).size, 2)

  const { body: begun } = await api.call('POST', '/uploads', { token, body: file, headers: { 'idempotency-key': 'repeated' } })
  const parts = await sendParts(api, token, { ...begun, ...file }, [1])
  assert.equal((await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })).status, 200)
  const due = (await api.documents.scan<Due>('due')).items.map(({ value }) => value).filter(({ kind }) => kind === 'upload')
  for (const entry of due) assert.equal(await resumeDueUpload(api.uploads, entry), undefined)
  assert.deepEqual(await storeUploads(api), [])
})
