/** Uploads that end without a video: aborted by their owner, or expired. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UploadNotFound } from '../../src/base/errors.ts'
import { readUpload } from '../../src/records/upload.ts'
import { readVideo } from '../../src/records/video.ts'
import type { Due } from '../../src/records/due.ts'
import { resumeDueUpload } from '../../src/upload/resume-due.ts'
import { assertProblem, startApi, type Api } from './start-api.ts'
import { begin, bytesOf, put, sendParts, signedUrl } from './upload-file.ts'

/** The store has nothing of it, nobody sees its video, its place is free. */
async function assertGone(api: Api, token: string, { uploadId, videoId }: { uploadId: string; videoId: string }): Promise<void> {
  const upload = (await readUpload(api.documents, uploadId))!
  await assert.rejects(api.objects.listParts({ bucket: 'raw', key: upload.key, uploadId: upload.storeUploadId }), UploadNotFound)
  await api.refused('video_not_found', 'GET', `/videos/${videoId}`, { token })
  assert.notEqual((await readVideo(api.documents, videoId))!.value.deletedAt, undefined, 'a tombstone')
  assert.deepEqual((await api.call('GET', '/videos?channel=me', { token })).body.items, [])
  assert.equal((await api.documents.scan('accountUpload')).items.length, 0)
}

test('an aborted upload is gone with its parts and its video', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const parts = await sendParts(api, token, begun, [1, 2])
  const url = await signedUrl(api, token, begun.uploadId, 3)
  assert.equal((await api.call('DELETE', `/uploads/${begun.uploadId}`, { token })).status, 204)
  await assertGone(api, token, begun)
  assert.equal((await api.call('DELETE', `/uploads/${begun.uploadId}`, { token })).status, 204, 'again is the same')
  await api.refused('upload_aborted', 'POST', `/uploads/${begun.uploadId}/part-urls`, { token, body: { partNumbers: [1] } })
  await api.refused('upload_aborted', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.equal((await api.call('GET', `/uploads/${begun.uploadId}`, { token })).body.state, 'aborted')
  const late = await put(url, bytesOf(begun, 3))
  assert.ok(late.status >= 400, 'its part URLs open nothing')
})

test('an upload that is never completed expires with its parts', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_UPLOAD_EXPIRY_HOURS: '1' } })
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const parts = await sendParts(api, token, begun, [1])
  const due = (await api.documents.scan<Due>('due')).items.map(({ value: { kind, id, atMinute } }) => ({ kind, id, atMinute }))
  assert.deepEqual(due, [{ kind: 'upload', id: begun.uploadId, atMinute: Math.floor(begun.expiresAt / 60_000) + 1 }])

  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), begun.expiresAt, 'not before its time')
  assert.equal((await api.call('GET', `/uploads/${begun.uploadId}`, { token })).body.state, 'open')

  api.forward(3600_000)
  await api.refused('upload_expired', 'POST', `/uploads/${begun.uploadId}/part-urls`, { token, body: { partNumbers: [1] } })
  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined)
  await assertGone(api, token, begun)
  await api.refused('upload_expired', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.equal((await api.call('GET', `/uploads/${begun.uploadId}`, { token })).body.state, 'expired')
  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined, 'again is the same')
})

test('a completed upload never expires', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_UPLOAD_EXPIRY_HOURS: '1' } })
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { sizeBytes: 10 })
  const parts = await sendParts(api, token, begun, [1])
  await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  api.forward(2 * 3600_000)
  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined)
  assert.equal((await api.call('GET', `/videos/${begun.videoId}`, { token })).body.state, 'inspecting')
})

test('deleting the video of an open upload ends the upload', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { sizeBytes: 10 })
  const parts = await sendParts(api, token, begun, [1])
  assert.equal((await api.call('DELETE', `/videos/${begun.videoId}`, { token })).status, 204)
  await api.refused('video_not_found', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined)
  await assertGone(api, token, begun)
})

test('a crash in the middle of an abort is ended by the due entry', async (t) => {
  let broken = false
  const api = await startApi(t, {
    change: ({ objects }) => ({
      objects: { ...objects, abortUpload: (upload) => (broken ? Promise.reject(new Error('killed here')) : objects.abortUpload(upload)) },
    }),
  })
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { sizeBytes: 10 })
  broken = true
  assertProblem(await api.call('DELETE', `/uploads/${begun.uploadId}`, { token }), 'internal')
  broken = false
  assert.equal(await resumeDueUpload(api.uploads, { id: begun.uploadId }), undefined)
  await assertGone(api, token, begun)
})
