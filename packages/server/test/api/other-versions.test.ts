/** The api beside a newer version: documents with fields that it does not know are read, and keep them through every change. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAccountByHandle } from '../../src/records/account.ts'
import { readUpload } from '../../src/records/upload.ts'
import { readVideo } from '../../src/records/video.ts'
import { besideNewerDocuments, besideNewerQueue } from '../fixtures/newer-version.ts'
import { setVideo } from './add-video.ts'
import { startApi } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

/** Lists whose entries say what other documents say, and claims, which only their owner confirms. */
const rewritten = new Set(['due', 'latest', 'latestHour', 'channelVideo', 'channelMonth', 'handle', 'installation'])

test('an account signs up, uploads, changes, lists and deletes', async (t) => {
  let lost = new Set<string>()
  const api = await startApi(t, {
    change: (ports) => {
      const beside = besideNewerDocuments(ports.documents)
      lost = beside.lost
      return { documents: beside.documents, queue: besideNewerQueue(ports.queue) }
    },
  })
  const { token } = await api.signUp('ada')
  assert.equal((await api.call('POST', '/sessions', { body: { handle: 'ada', password: 'correct horse battery' } })).status, 201)
  const id = await uploadSmall(api, token, { title: 'one', visibility: 'public' })
  await setVideo(api, id, { state: 'ready', durationSeconds: 10 })
  const { status, body } = await api.call('PATCH', `/videos/${id}`, { token, body: { title: 'two', chapters: [{ startSeconds: 0, title: 'all of it' }] } })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual((await api.call('GET', '/videos?channel=me', { token })).body.items.map((video: { title: string }) => video.title), ['two'])
  assert.equal((await api.call('DELETE', `/videos/${id}`, { token })).status, 204)

  const video = (await readVideo(api.documents, id))!.value
  const documents = [video, await readUpload(api.documents, video.uploadId), await readAccountByHandle(api.documents, 'ada')]
  for (const document of documents) assert.deepEqual((document as { fromANewerVersion?: unknown }).fromANewerVersion, { since: 2 })
  assert.deepEqual([...lost].filter((table) => !rewritten.has(table)), [])
  assert.ok(!JSON.stringify(body).includes('fromANewerVersion'), 'what is stored is not what is told')
})
