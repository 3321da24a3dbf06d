/** What all routes have in common: limits, headers, health, metrics, the site's files. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { assertProblem, send, startApi, type Api } from './start-api.ts'

/** To the start of a minute: the limits count by the clock's minutes. */
const toFullMinute = (api: Api) => api.forward(60_000 - (api.now() % 60_000))

test('requests are limited by account, else by address, with Retry-After', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_RATE_LIMIT_PER_MINUTE: '10' } })
  const { token } = await api.signUp('anna')
  toFullMinute(api)
  const many = async (options: { token?: string }) => (await Promise.all(Array.from({ length: 12 }, () => api.call('GET', '/videos', options)))).filter((one) => one.status === 429)
  const refused = await many({})
  assert.ok(refused.length >= 2, 'by address')
  assertProblem(refused[0]!, 'rate_limited')
  assert.ok(Number(refused[0]!.headers.get('retry-after')) > 0)
  assert.equal((await api.call('GET', '/videos', { token })).status, 200, 'an account counts for itself')
  assert.ok((await many({ token })).length >= 2, 'and is limited too')
  assert.equal((await send(`${api.origin}/healthz`, {})).status, 200, 'health is not counted')
  api.forward(60_000)
  assert.equal((await api.call('GET', '/videos')).status, 200)
})

test('sign-ins and sign-ups are limited together and strictly, by address', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE: '3' } })
  const body = { handle: 'anna', password: 'correct horse battery' }
  const wrong = { handle: 'anna', password: 'wrong horse battery' }
  toFullMinute(api)
  const answers: number[] = []
  for (let n = 0; n < 6; n++) answers.push((await api.call('POST', n === 0 ? '/accounts' : '/sessions', { body: n === 0 ? body : wrong })).status)
  assert.deepEqual(answers, [201, 401, 401, 429, 429, 429])
  api.forward(60_000)
  assert.equal((await api.call('POST', '/sessions', { body, headers: { 'x-forwarded-for': '203.0.113.7' } })).status, 201)
})

test('a proxy on loopback names the address', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE: '1' } })
  const body = { handle: 'nobody', password: 'wrong horse battery' }
  for (const address of ['203.0.113.1', '203.0.113.2', '2001:db8:1::1', '2001:db8:2::1']) {
    await api.refused('wrong_credentials', 'POST', '/sessions', { body, headers: { 'x-forwarded-for': address } })
  }
})

test('every answer forbids what the site never does', async (t) => {
  const api = await startApi(t)
  for (const path of ['/api/v1/videos', '/api/v1/nothing', '/healthz']) {
    const { headers } = await send(api.origin + path, {})
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.ok(headers.get('referrer-policy'))
    const policy = headers.get('content-security-policy')!
    for (const part of ["frame-ancestors 'none'", "script-src 'self'", 'blob:', "worker-src 'self' blob:"]) assert.ok(policy.includes(part), part)
  }
})

test('the page may fetch video from where it is delivered, and scripts from nowhere else', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_DELIVERY_URLS: 'https://cdn.example.org, http://127.0.0.1:9/' } })
  const policy = (await send(`${api.origin}/healthz`, {})).headers.get('content-security-policy')!
  for (const part of ['connect-src', 'media-src', 'img-src']) assert.match(policy, new RegExp(`${part} 'self' https://cdn\\.example\\.org http://127\\.0\\.0\\.1:9[ ;]`))
  assert.match(policy, /script-src 'self';/)
})

test('what is not there is a problem, also for paths that are none', async (t) => {
  const api = await startApi(t)
  await api.refused('not_found', 'GET', '/nothing')
  await api.refused('not_found', 'PUT', '/videos')
  assertProblem(await send(`${api.origin}/nothing`, {}), 'not_found')
  assertProblem(await send(`${api.origin}/api/v1/videos/%E0%A4%A`, {}), 'bad_request')
})

test('an answer that needs our own address asks for a Host that is one', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const { uploadId } = (await api.call('POST', '/uploads', { token, body: { fileName: 'a.mp4', sizeBytes: 10 } })).body
  const sign = (host: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request(`${api.origin}/api/v1/uploads/${uploadId}/part-urls`, { method: 'POST', headers: { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' } }, (response) => {
        let text = ''
        response.on('data', (data) => (text += data)).on('end', () => resolve(text))
      })
      asked.on('error', reject)
      asked.end(JSON.stringify({ partNumbers: [1] }))
    })
  assert.ok(JSON.parse(await sign('video.example.org:8080')).urls[0].url.startsWith('http://video.example.org:8080/'))
  assert.equal(JSON.parse(await sign('evil.example/path?')).code, 'bad_request')
})

test('a broken dependency is 503 with Retry-After, and readyz names it', async (t) => {
  let broken = false
  const api = await startApi(t, {
    change: ({ documents }) => ({
      documents: new Proxy(documents, { get: (target, name) => (broken ? () => Promise.reject(new DriverUnavailable('away')) : Reflect.get(target, name)) }),
    }),
  })
  assert.deepEqual((await send(`${api.origin}/readyz`, {})).body, { status: 'ready' })
  broken = true
  const answer = await api.call('GET', '/videos')
  assertProblem(answer, 'unavailable')
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
  const ready = await send(`${api.origin}/readyz`, {})
  assertProblem(ready, 'unavailable')
  assert.deepEqual(ready.body.missing, ['documents'])
  assert.equal((await send(`${api.origin}/healthz`, {})).status, 200)
  broken = false
})

test('the queue is needed at first; when it goes away later, what needs none of it is served on', async (t) => {
  let isAway = true
  const api = await startApi(t, {
    change: ({ queue }) => ({ queue: new Proxy(queue, { get: (target, name) => (isAway && name === 'ping' ? () => Promise.reject(new DriverUnavailable('away')) : Reflect.get(target, name)) }) }),
  })
  assert.deepEqual((await send(`${api.origin}/readyz`, {})).body.missing, ['queue'])
  isAway = false
  assert.deepEqual((await send(`${api.origin}/readyz`, {})).body, { status: 'ready' })
  isAway = true
  assert.deepEqual((await send(`${api.origin}/readyz`, {})).body, { status: 'ready', degraded: ['queue'] })
})

test('a path that is written otherwise is limited, known and kept from caches like any other', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_RATE_LIMIT_PER_MINUTE: '10' } })
  const { token } = await api.signUp('anna')
  toFullMinute(api)
  const asked = () => fetch(`${api.origin}/%61pi/v1/videos?channel=me`, { headers: { authorization: `Bearer ${token}` } })
  const first = await asked()
  assert.deepEqual([first.status, first.headers.get('cache-control')], [200, 'private, no-cache'])
  const answers = await Promise.all(Array.from({ length: 12 }, asked))
  assert.ok(answers.filter(({ status }) => status === 429).length >= 3)
})

test('readyz tells a data disk without room, and a work disk that only encoders wait for', async (t) => {
  const noDisk = '/dev/null/no-disk'
  const waiting = await startApi(t, { settings: { SLUICE_WORK_DIR: noDisk } })
  const degraded = await send(`${waiting.origin}/readyz`, {})
  assert.deepEqual([degraded.status, degraded.body], [200, { status: 'ready', degraded: ['work disk'] }])
  const full = await startApi(t, { settings: { SLUICE_DATA_DIR: noDisk } })
  const refused = await send(`${full.origin}/readyz`, {})
  assertProblem(refused, 'unavailable')
  assert.deepEqual(refused.body.missing, ['data disk'])
})

test('metrics count requests by route and tasks by priority', async (t) => {
  const api = await startApi(t)
  await api.call('GET', '/videos')
  await api.queue.enqueue({ body: {}, priority: 2, videoId: '0123456789abcdef' })
  const { body, headers } = await send(`${api.origin}/metrics`, {})
  assert.match(headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
  assert.match(body, /^sluice_http_requests_total\{method="GET",route="\/api\/v1\/videos",status="200"\} 1$/m)
  assert.match(body, /^sluice_http_request_seconds_count\{method="GET",route="\/api\/v1\/videos"\} 1$/m)
  assert.match(body, /^sluice_queue_tasks\{priority="2",state="ready"\} 1$/m)
  assert.match(body, /^process_resident_memory_bytes \d+$/m)
})

test('the site: assets for ever, the page fresh and for every path of the app', async (t) => {
  const site = await mkdtemp(join(tmpdir(), 'sluice-site-'))
  t.after(() => rm(site, { recursive: true, force: true }))
  await mkdir(join(site, 'assets'))
  await writeFile(join(site, 'index.html'), '<!doctype html><title>Sluice</title>')
  await writeFile(join(site, 'assets', 'main-abc123.js'), 'export {}')
  const api = await startApi(t, { siteDirectory: site })
  for (const path of ['/', '/watch/0123456789abcdef', '/index.html']) {
    const page = await send(api.origin + path, {})
    assert.equal(page.status, 200)
    assert.match(page.body, /<title>Sluice/)
    assert.equal(page.headers.get('cache-control'), 'no-cache')
  }
  const asset = await send(`${api.origin}/assets/main-abc123.js`, {})
  assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assertProblem(await send(`${api.origin}/assets/gone.js`, {}), 'not_found')
  assertProblem(await send(`${api.origin}/api/v1/nothing`, {}), 'not_found')
  assertProblem(await send(`${api.origin}/watch/x`, { method: 'POST' }), 'not_found')
  for (const path of ['/..%2f..%2f..%2fetc%2fpasswd', '/assets/..%2f..%2f..%2fetc%2fpasswd']) assert.ok(!String((await send(api.origin + path, {})).body).includes('root:'))
})
