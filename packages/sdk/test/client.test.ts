/** Calls of the client: what is sent, what is repeated, what errors say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, SluiceError } from '@sluice/sdk'
import { answerJson, problemBody, withApi } from './api-server.ts'

const rejectsWith = (promise: Promise<unknown>, expected: Partial<SluiceError>) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof SluiceError)
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(error[name as keyof SluiceError], value, name)
    return true
  })

test('a call carries the token, its body and an idempotency key', () =>
  withApi(
    (_seen, response) => answerJson(response, 201, { uploadId: 'u' }),
    async (baseUrl, seen) => {
      let token = 'first'
      const client = createClient({ baseUrl: `${baseUrl}/`, token: () => token })
      await client.uploads.begin({ fileName: 'a.mp4', sizeBytes: 1 })
      token = 'second'
      await client.uploads.begin({ fileName: 'a.mp4', sizeBytes: 1 }, { idempotencyKey: 'mine' })
      assert.deepEqual(seen.map(({ method, url, headers }) => [method, url, headers.authorization]), [
        ['POST', '/api/v1/uploads', 'Bearer first'],
        ['POST', '/api/v1/uploads', 'Bearer second'],
      ])
      assert.match(String(seen[0]!.headers['idempotency-key']), /^[0-9a-f]{32}$/)
      assert.equal(seen[1]!.headers['idempotency-key'], 'mine')
      assert.deepEqual(JSON.parse(seen[0]!.body), { fileName: 'a.mp4', sizeBytes: 1 })
    },
  ))

test('a problem document becomes an error with its code, detail and members', () =>
  withApi(
    (_seen, response) => answerJson(response, 409, problemBody(409, 'parts_missing', { detail: '2 of 3', missingParts: [2] })),
    async (baseUrl) => {
      const call = createClient({ baseUrl }).uploads.complete('u', { parts: [{ partNumber: 1, etag: 'x' }] })
      await rejectsWith(call, { status: 409, code: 'parts_missing', detail: '2 of 3', members: { missingParts: [2] }, message: 'Title of parts_missing: 2 of 3' })
    },
  ))

test('an answer that is no problem document, and one that is no JSON', async () => {
  await withApi(
    (_seen, response) => void response.writeHead(418).end('<html>'),
    (baseUrl) => rejectsWith(createClient({ baseUrl }).videos.get('v'), { status: 418, code: 'unexpected', detail: undefined }),
  )
  await withApi(
    (_seen, response) => void response.writeHead(200).end('<html>'),
    (baseUrl) => rejectsWith(createClient({ baseUrl }).videos.get('v'), { status: 200, code: 'unexpected' }),
  )
})

test('lost answers, 503 and 429 are tried again; Retry-After is honoured', () =>
  withApi(
    (_seen, response, count) => {
      if (count === 1) return void response.destroy()
      if (count === 2) return answerJson(response, 503, problemBody(503, 'unavailable'))
      if (count === 3) return answerJson(response, 429, problemBody(429, 'rate_limited'), { 'retry-after': '1' })
      answerJson(response, 200, { id: 'v' })
    },
    async (baseUrl, seen) => {
      const began = performance.now()
      assert.equal((await createClient({ baseUrl }).videos.get('v')).id, 'v')
      assert.equal(seen.length, 4)
      assert.ok(performance.now() - began >= 1000)
    },
  ))

test('a repeated create keeps its key; signing in is not repeated', () =>
  withApi(
    (_seen, response, count) => (count === 1 || count === 3 ? void response.destroy() : answerJson(response, 201, { account: {}, token: 't' })),
    async (baseUrl, seen) => {
      const client = createClient({ baseUrl })
      await client.accounts.create({ handle: 'ada', password: '1234567890' })
      assert.equal(seen[0]!.headers['idempotency-key'], seen[1]!.headers['idempotency-key'])
      await rejectsWith(client.sessions.create({ handle: 'ada', password: '1234567890' }), { status: 0, code: 'unreachable' })
      assert.equal(seen.length, 3)
    },
  ))

test('a wait that is too long is told to the caller, and so is a limit that waiting does not lift', async () => {
  await withApi(
    (_seen, response) => answerJson(response, 429, problemBody(429, 'rate_limited'), { 'retry-after': '3600' }),
    (baseUrl) => rejectsWith(createClient({ baseUrl }).videos.get('v'), { code: 'rate_limited', retryAfterSeconds: 3600 }),
  )
  await withApi(
    (_seen, response) => answerJson(response, 429, problemBody(429, 'too_many_uploads'), { 'retry-after': '1' }),
    (baseUrl) => rejectsWith(createClient({ baseUrl }).uploads.begin({ fileName: 'a', sizeBytes: 1 }), { code: 'too_many_uploads' }),
  )
})

test('a DELETE whose answer was lost is well when the thing is gone the second time', () =>
  withApi(
    (_seen, response, count) => (count === 1 ? void response.destroy() : answerJson(response, 404, problemBody(404, 'video_not_found'))),
    async (baseUrl) => {
      await createClient({ baseUrl }).videos.delete('v')
    },
  ))

test('an aborted call rejects with the reason, also while it waits for another try', () =>
  withApi(
    (_seen, response) => answerJson(response, 503, problemBody(503, 'unavailable'), { 'retry-after': '30' }),
    async (baseUrl, seen) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const call = createClient({ baseUrl }).videos.get('v', { signal: controller.signal })
      const rejected = assert.rejects(call, reason)
      while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      setTimeout(() => controller.abort(reason), 20)
      await rejected
      await assert.rejects(createClient({ baseUrl }).videos.get('v', { signal: controller.signal }), reason)
      assert.equal(seen.length, 1)
    },
  ))

test('a list is walked page by page, only as far as it is consumed', () =>
  withApi(
    ({ url }, response) => {
      const cursor = Number(new URL(url, 'http://host').searchParams.get('cursor') ?? 0)
      answerJson(response, 200, { items: [{ id: `v${cursor}` }, { id: `v${cursor + 1}` }], cursor: cursor < 4 ? String(cursor + 2) : undefined })
    },
    async (baseUrl, seen) => {
      const client = createClient({ baseUrl })
      const ids: string[] = []
      for await (const { id } of client.videos.each({ channel: 'me', limit: 2 })) ids.push(id)
      assert.deepEqual(ids, ['v0', 'v1', 'v2', 'v3', 'v4', 'v5'])
      assert.equal(seen[1]!.url, '/api/v1/videos?channel=me&limit=2&cursor=2')
      for await (const _ of client.videos.each()) break
      assert.equal(seen.length, 4)
    },
  ))
