/** Uploads that go wrong: each a problem with its code, the upload still resumable, nothing lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertProblem, startApi, type Api } from './start-api.ts'
import { begin, bytesOf, put, sendParts, sendThree, signedUrl, type Begun } from './upload-file.ts'

/** It is open, has these parts, and can be brought to its end. */
async function assertResumable(api: Api, token: string, begun: Begun, has: number[]): Promise<void> {
  const { body } = await api.call('GET', `/uploads/${begun.uploadId}`, { token })
  assert.equal(body.state, 'open')
  assert.deepEqual(body.parts.map((part: any) => part.partNumber), has)
  const all = Array.from({ length: begun.partCount }, (_, index) => index + 1)
  await sendParts(api, token, begun, all.filter((partNumber) => !has.includes(partNumber)))
  const { parts } = (await api.call('GET', `/uploads/${begun.uploadId}`, { token })).body
  const sent = parts.map(({ partNumber, etag }: any) => ({ partNumber, etag }))
  const done = await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts: sent } })
  assert.equal(done.status, 200, JSON.stringify(done.body))
}

test('an empty file, a file over the limit, and a bad description', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_MAX_FILE_BYTES: '1M' } })
  const { token } = await api.signUp('anna')
  const asked = (body: object) => ({ token, body: { fileName: 'a.mp4', ...body } })
  await api.refused('file_empty', 'POST', '/uploads', asked({ sizeBytes: 0 }))
  assert.equal((await api.refused('file_too_large', 'POST', '/uploads', asked({ sizeBytes: 2 ** 20 + 1 }))).limit, 2 ** 20)
  for (const wrong of [{ sizeBytes: -1 }, { sizeBytes: 1.5 }, { sizeBytes: '10' }, {}, { sizeBytes: 1, visibility: 'secret' }, { sizeBytes: 1, fileName: '' }]) {
    await api.refused('bad_request', 'POST', '/uploads', asked(wrong))
  }
  await api.refused('unauthorized', 'POST', '/uploads', { body: { fileName: 'a.mp4', sizeBytes: 1 } })
  assert.equal((await api.call('POST', '/uploads', asked({ sizeBytes: 2 ** 20 }))).status, 201)
})

test('complete with parts missing lists them', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const sent = await sendParts(api, token, begun, [2])
  const path = `/uploads/${begun.uploadId}/complete`
  assert.deepEqual((await api.refused('parts_missing', 'POST', path, { token, body: { parts: sent } })).missingParts, [1, 3])
  const claimed = [1, 2, 3].map((partNumber) => ({ partNumber, etag: sent[0]!.etag }))
  assert.deepEqual((await api.refused('parts_missing', 'POST', path, { token, body: { parts: claimed } })).missingParts, [1, 3], 'stored or it does not count')
  await assertResumable(api, token, begun, [2])
})

test('complete with a wrong ETag, without one, a part twice, a part too many', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const { begun, parts } = await sendThree(api, token)
  const path = `/uploads/${begun.uploadId}/complete`
  const wrong = parts.map((part) => (part.partNumber === 2 ? { ...part, etag: '"0000"' } : part))
  assert.deepEqual((await api.refused('part_mismatch', 'POST', path, { token, body: { parts: wrong } })).partNumbers, [2])
  assert.match((await api.refused('bad_request', 'POST', path, { token, body: { parts: [{ partNumber: 1 }] } })).detail, /body\/parts\/0/)
  await api.refused('bad_request', 'POST', path, { token, body: { parts: [...parts, parts[0]] } })
  await api.refused('bad_request', 'POST', path, { token, body: { parts: [] } })
  const beyond = await api.refused('part_out_of_range', 'POST', path, { token, body: { parts: [...parts, { partNumber: 4, etag: '"x"' }] } })
  assert.deepEqual(beyond.partNumbers, [4])
  await assertResumable(api, token, begun, [1, 2, 3])
})

test('a part too long or too short', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const url = await signedUrl(api, token, begun.uploadId, 3)
  assertProblem(await put(url, Buffer.alloc(999)), 'part_too_small')
  assertProblem(await put(url, Buffer.alloc(1001)), 'part_too_large')
  await assertResumable(api, token, begun, [])
})

test('a part URL that was altered, or is too old', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_PART_URL_MINUTES: '5' } })
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const url = new URL(await signedUrl(api, token, begun.uploadId, 3))
  const other = new URL(await signedUrl(api, token, begun.uploadId, 2))
  const withSignature = new URL(url)
  withSignature.searchParams.set('signature', Buffer.alloc(32, 1).toString('base64url'))
  const withSize = new URL(url)
  withSize.searchParams.set('size', '2000')
  const withPart = new URL(url)
  withPart.pathname = other.pathname
  for (const altered of [withSignature, withSize, withPart]) assertProblem(await put(altered.href, Buffer.alloc(2000)), 'part_url_invalid')
  api.forward(6 * 60_000)
  assertProblem(await put(url.href, bytesOf(begun, 3)), 'part_url_expired')
  await assertResumable(api, token, begun, [])
})

test('part URLs for parts that the upload has not', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  const sign = (body: object) => ({ token, body })
  const path = `/uploads/${begun.uploadId}/part-urls`
  assert.deepEqual((await api.refused('part_out_of_range', 'POST', path, sign({ partNumbers: [3, 4] }))).partNumbers, [4])
  for (const partNumbers of [[], [0], [1, 1], [10_001], Array.from({ length: 101 }, (_, index) => index + 1)]) await api.refused('bad_request', 'POST', path, sign({ partNumbers }))
  await api.refused('bad_request', 'POST', path, sign({ partNumbers: [1], checksums: { 1: 'no sum' } }))
  await api.refused('bad_request', 'POST', path, sign({ partNumbers: [1], checksums: { 2: Buffer.alloc(32).toString('base64') } }))
})

test("an unknown upload and another account's are the same to everyone else", async (t) => {
  const api = await startApi(t)
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const { begun, parts } = await sendThree(api, anna.token)
  for (const id of [begun.uploadId, '0123456789abcdef', 'nonsense']) {
    await api.refused('upload_not_found', 'GET', `/uploads/${id}`, { token: ben.token })
    await api.refused('upload_not_found', 'POST', `/uploads/${id}/part-urls`, { token: ben.token, body: { partNumbers: [1] } })
    await api.refused('upload_not_found', 'POST', `/uploads/${id}/complete`, { token: ben.token, body: { parts } })
    await api.refused('upload_not_found', 'DELETE', `/uploads/${id}`, { token: ben.token })
    await api.refused('unauthorized', 'GET', `/uploads/${id}`)
  }
  await assertResumable(api, anna.token, begun, [1, 2, 3])
})

test('open uploads per account are limited; the end of one makes room', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_MAX_OPEN_UPLOADS: '2' } })
  const { token } = await api.signUp('anna')
  const ask = { token, body: { fileName: 'a.mp4', sizeBytes: 10 } }
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => api.call('POST', '/uploads', ask)))
  assert.deepEqual(answers.map((one) => one.status).toSorted(), [201, 201, 429, 429, 429])
  assert.equal((await api.refused('too_many_uploads', 'POST', '/uploads', ask)).limit, 2)
  const open = answers.filter((one) => one.status === 201)
  assert.equal((await api.call('DELETE', `/uploads/${open[0]!.body.uploadId}`, { token })).status, 204)
  const next = await begin(api, token, { sizeBytes: 10 })
  const parts = await sendParts(api, token, next, [1])
  await api.refused('too_many_uploads', 'POST', '/uploads', ask)
  await api.call('POST', `/uploads/${next.uploadId}/complete`, { token, body: { parts } })
  assert.equal((await api.call('POST', '/uploads', ask)).status, 201)
})
