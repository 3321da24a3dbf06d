/** Uploads that go right: any order, again, resumed, completed twice. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startApi } from './start-api.ts'
import { begin, bytesOf, put, sendParts, sendThree, signedUrl, threeParts } from './upload-file.ts'

test('parts in any order become the source, the video is inspecting and queued', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { ...threeParts, title: 'A clip', visibility: 'unlisted', mediaType: 'video/mp4' })
  assert.deepEqual([begun.partSizeBytes, begun.partCount], [8 * 2 ** 20, 3])
  assert.ok(Math.abs(begun.expiresAt - (api.now() + 48 * 3600_000)) < 60_000)
  const before = await api.call('GET', `/videos/${begun.videoId}`, { token })
  assert.deepEqual([before.body.state, before.body.uploadId], ['awaiting-upload', begun.uploadId])

  const parts = await sendParts(api, token, begun, [3, 1, 2])
  const done = await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  const { video } = done.body
  assert.deepEqual([video.id, video.state, video.title, video.visibility, video.progress], [begun.videoId, 'inspecting', 'A clip', 'unlisted', 0])

  const key = `v/${begun.videoId}/${begun.uploadId}`
  assert.equal((await api.objects.head('raw', key))!.sizeBytes, threeParts.sizeBytes)
  const stored = createHash('sha256')
  for (const start of [0, 1, 2].map((n) => n * begun.partSizeBytes)) {
    stored.update(await api.objects.get('raw', key, { start, end: Math.min(start + begun.partSizeBytes, threeParts.sizeBytes) - 1 }))
  }
  const sent = createHash('sha256')
  for (const partNumber of [1, 2, 3]) sent.update(bytesOf(begun, partNumber))
  assert.equal(stored.digest('hex'), sent.digest('hex'))

  const task = await api.queue.take({ priorities: [1], leaseSeconds: 10, waitSeconds: 0 })
  assert.deepEqual(task!.body, { kind: 'inspect', videoId: begun.videoId })
  const due = (await api.documents.scan<{ kind: string; id: string }>('due')).items.map(({ value }) => `${value.kind} ${value.id}`)
  assert.ok(due.includes(`video ${begun.videoId}`))
})

test('complete again is the same answer, also without the quotes of the ETags and in another order', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const { begun, parts } = await sendThree(api, token)
  const path = `/uploads/${begun.uploadId}/complete`
  const first = await api.call('POST', path, { token, body: { parts } })
  const bare = parts.map(({ partNumber, etag }) => ({ partNumber, etag: etag.replaceAll('"', '') })).toReversed()
  assert.deepEqual((await api.call('POST', path, { token, body: { parts: bare } })).body, first.body)
  const status = await api.call('GET', `/uploads/${begun.uploadId}`, { token })
  assert.deepEqual([status.body.state, status.body.parts], ['completed', []])
  await api.refused('upload_finished', 'POST', path, { token, body: { parts: parts.slice(1) } })
  await api.refused('upload_finished', 'POST', path, { token, body: { parts: parts.map((part) => ({ ...part, etag: '"other"' })) } })
  await api.refused('upload_finished', 'POST', `/uploads/${begun.uploadId}/part-urls`, { token, body: { partNumbers: [1] } })
  await api.refused('upload_finished', 'DELETE', `/uploads/${begun.uploadId}`, { token })
})

test('many completes at once are one', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const { begun, parts } = await sendThree(api, token)
  const answers = await Promise.all(Array.from({ length: 8 }, () => api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })))
  for (const { status, body } of answers) assert.deepEqual([status, body.video?.state], [200, 'inspecting'], JSON.stringify(body))
})

test('an upload is resumed from what it has', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token)
  await sendParts(api, token, begun, [2])
  const { body } = await api.call('GET', `/uploads/${begun.uploadId}`, { token })
  assert.equal(body.state, 'open')
  assert.deepEqual(body.parts.map((part: any) => [part.partNumber, part.sizeBytes]), [[2, begun.partSizeBytes]])
  const rest = await sendParts(api, token, begun, [1, 3])
  const parts = [...rest, ...body.parts.map(({ partNumber, etag }: any) => ({ partNumber, etag }))]
  assert.equal((await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })).status, 200)
})

test('a part sent again replaces itself', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { sizeBytes: 5 })
  const url = await signedUrl(api, token, begun.uploadId, 1)
  const first = (await put(url, Buffer.from('first'))).headers.get('etag')
  const second = (await put(url, Buffer.from('again'))).headers.get('etag')!
  assert.notEqual(second, first)
  await api.refused('part_mismatch', 'POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts: [{ partNumber: 1, etag: first }] } })
  assert.equal((await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts: [{ partNumber: 1, etag: second }] } })).status, 200)
  assert.equal(Buffer.from(await api.objects.get('raw', `v/${begun.videoId}/${begun.uploadId}`)).toString(), 'again')
})

test('a checksum binds a part URL to its bytes', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const begun = await begin(api, token, { sizeBytes: 5 })
  const url = await signedUrl(api, token, begun.uploadId, 1, createHash('sha256').update('right').digest('base64'))
  assert.equal((await put(url, Buffer.from('wrong'))).body.code, 'part_checksum_mismatch')
  assert.equal((await put(url, Buffer.from('right'))).status, 200)
})

test('an Idempotency-Key opens one upload; another body is refused', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const options = { token, headers: { 'idempotency-key': 'key' }, body: { fileName: 'a.mp4', sizeBytes: 10 } }
  const answers = await Promise.all([1, 2, 3].map(() => api.call('POST', '/uploads', options)))
  for (const { status, body } of answers) assert.deepEqual([status, body], [201, answers[0]!.body])
  await api.refused('idempotency_conflict', 'POST', '/uploads', { ...options, body: { fileName: 'a.mp4', sizeBytes: 11 } })
  const ben = await api.signUp('ben')
  const other = await api.call('POST', '/uploads', { ...options, token: ben.token })
  assert.notEqual(other.body.uploadId, answers[0]!.body.uploadId, "another account's key is another key")
})

test('a title is made of the file name', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  for (const [fileName, title] of [['Our_summer 2026.final.MOV', 'Our summer 2026.final'], ['C:\\films\\a.mkv', 'a'], ['.mp4', '.mp4'], ['noext', 'noext']] as const) {
    const { videoId } = await begin(api, token, { fileName, sizeBytes: 10 })
    assert.equal((await api.call('GET', `/videos/${videoId}`, { token })).body.title, title)
  }
})
