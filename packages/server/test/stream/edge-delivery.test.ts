/** What the edge answers over HTTP: bodies, types, headers, ranges, conditions, CORS. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMaster } from '../fixtures/parse-hls.ts'
import { checkManifests } from '../fixtures/check-manifests.ts'
import { makeVideo, startEdge } from './start-edge.ts'

const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('manifests: checked, typed, immutable, compressed on demand, and their links lead to segments', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { seconds: 600 })
  const base = stage.base(video.plan)
  const dash = await fetch(`${base}m1/manifest.mpd`)
  assert.equal(dash.headers.get('content-type'), 'application/dash+xml')
  assert.equal(dash.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  const master = await fetch(`${base}m1/master.m3u8`)
  assert.equal(master.headers.get('content-type'), 'application/vnd.apple.mpegurl')
  const masterText = await master.text()
  const { variants, media: groups } = parseMaster(masterText)
  const uris = [...variants.map((variant) => variant.uri), ...groups.map((one) => one['URI']!.slice(1, -1))]
  const media: Record<string, string> = {}
  for (const uri of uris) media[uri] = await (await fetch(new URL(uri, master.url))).text()
  checkManifests({ mpd: await dash.text(), master: masterText, media })

  const playlistUrl = new URL('h264-240p.m3u8', master.url)
  const zipped = await fetch(playlistUrl, { headers: { 'accept-encoding': 'gzip' } })
  const plain = await fetch(playlistUrl, { headers: { 'accept-encoding': 'identity' } })
  assert.equal(zipped.headers.get('content-encoding'), 'gzip')
  assert.equal(plain.headers.get('content-encoding'), null)
  assert.equal(await zipped.text(), await plain.text())
  assert.notEqual(zipped.headers.get('etag'), plain.headers.get('etag'))
  assert.equal(plain.headers.get('vary'), 'Accept-Encoding')
  assert.equal((await fetch(playlistUrl, { headers: { 'accept-encoding': 'gzip;q=0, *' } })).headers.get('content-encoding'), null)

  const init = await fetch(new URL(/URI="([^"]+)"/.exec(media['h264-240p.m3u8']!)![1]!, playlistUrl))
  assert.deepEqual(await bodyOf(init), video.init)
  const segment = await fetch(new URL(/\n(\.\.\/\S+\/3\.m4s)/.exec(media['h264-240p.m3u8']!)![1]!, playlistUrl))
  assert.deepEqual(await bodyOf(segment), video.segments.get('h264-240p/3'))
  assert.equal(segment.headers.get('content-type'), 'video/mp4')
  assert.equal((await fetch(`${base}aac-1/0.m4s`)).headers.get('content-type'), 'audio/mp4')
})

test('headers of a segment: ETag, length, age, cache status, CORS, no sniffing by query', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const url = `${stage.base(video.plan)}h264-240p/5.m4s`
  const first = await fetch(url)
  assert.equal(first.headers.get('cache-status'), 'sluice; fwd=uri-miss; stored')
  assert.match(first.headers.get('etag')!, /^"[0-9a-f]{64}"$/)
  stage.forward(42_500)
  const second = await fetch(`${url}?cache=buster`)
  assert.equal(second.headers.get('cache-status'), 'sluice; hit')
  assert.equal(second.headers.get('age'), '42')
  assert.equal(second.headers.get('access-control-allow-origin'), '*')
  assert.equal(second.headers.get('timing-allow-origin'), '*')
  assert.equal(second.headers.get('no-vary-search'), 'params=("CMCD")', 'browsers keep one copy whatever players say of themselves')
  assert.equal(second.headers.get('content-length'), String(video.segments.get('h264-240p/5')!.length))
  assert.deepEqual(await bodyOf(second), await bodyOf(first))
  assert.equal(stage.counts.objectReads, 1)
})

test('ranges: one is served, several are ignored, impossible ones are refused', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const url = `${stage.base(video.plan)}h264-240p/5.m4s`
  const whole = video.segments.get('h264-240p/5')!
  const get = (headers: Record<string, string>) => fetch(url, { headers })
  const part = await get({ range: 'bytes=10-19' })
  assert.equal(part.status, 206)
  assert.equal(part.headers.get('content-range'), `bytes 10-19/${whole.length}`)
  assert.deepEqual(await bodyOf(part), whole.subarray(10, 20))
  assert.deepEqual(await bodyOf(await get({ range: 'bytes=-5' })), whole.subarray(-5))
  const outside = await get({ range: `bytes=${whole.length}-` })
  assert.equal(outside.status, 416)
  assert.equal(outside.headers.get('content-range'), `bytes */${whole.length}`)
  assert.equal(outside.headers.get('access-control-allow-origin'), '*')
  assert.equal((await get({ range: 'bytes=0-1,5-6' })).status, 200)
  const etag = part.headers.get('etag')!
  assert.equal((await get({ range: 'bytes=0-1', 'if-range': etag })).status, 206)
  assert.equal((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status, 200)
})

test('conditions: 304 without a body', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  for (const path of ['h264-240p/5.m4s', 'h264-240p/init.mp4', 'm1/manifest.mpd', 'm1/master.m3u8']) {
    const url = stage.base(video.plan) + path
    const etag = (await fetch(url)).headers.get('etag')!
    const again = await fetch(url, { headers: { 'if-none-match': etag } })
    assert.equal(again.status, 304, path)
    assert.equal(again.headers.get('etag'), etag)
    assert.equal((await bodyOf(again)).length, 0)
    assert.equal((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status, 200, path)
  }
})

test('HEAD reads no object for a segment; preflights are answered; other methods are not', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const url = `${stage.base(video.plan)}h264-240p/5.m4s`
  const head = await fetch(url, { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('content-length'), String(video.segments.get('h264-240p/5')!.length))
  assert.equal(stage.counts.objectReads, 0)
  const get = await fetch(url)
  assert.equal(get.headers.get('etag'), head.headers.get('etag'))
  assert.equal((await fetch(`${stage.base(video.plan)}m1/manifest.mpd`, { method: 'HEAD' })).status, 200)
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://example.org', 'access-control-request-method': 'GET' } })
  assert.equal(preflight.status, 204)
  assert.match(preflight.headers.get('access-control-allow-headers')!, /Range/)
  const post = await fetch(url, { method: 'POST', body: 'x' })
  assert.equal(post.status, 405)
  assert.equal(post.headers.get('allow'), 'GET, HEAD, OPTIONS')
})

test('outside the grid, the plan and the grammar: 404 at once, with CORS', async (t) => {
  const stage = await startEdge(t, { holdTimes: { holdMs: 600_000, pollMs: 600_000, requeueMs: 1 } })
  const video = await makeVideo(stage)
  for (const path of [
    'h264-240p/999.m4s', 'h264-144p/0.m4s', 'h264-240p/01.m4s', 'h264-240p/-1.m4s', 'h264-240p/x.m4s', 'h264-240p/init.mp5',
    'm2/manifest.mpd', 'm0/manifest.mpd', 'm1/other.mpd', 'm1/h264-144p.m3u8', 'poster.jpg', 'm1/',
  ]) {
    const answer = await fetch(stage.base(video.plan) + path)
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    assert.equal(((await answer.json()) as { code: string }).code, 'not_found')
  }
  assert.equal(stage.counts.objectReads, 0)
  assert.equal((await fetch(`${stage.origin}/api/v1/videos`)).status, 418, 'what is not the edge’s goes on')
})

test('posters: unsigned while public, signed while private, none otherwise', async (t) => {
  const stage = await startEdge(t)
  const posterKey = 'v/poster00000000001/rev00001/poster-attempt1.jpg'
  await stage.objects.put('encoded', posterKey, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
  const open = await makeVideo(stage, { filled: false, changes: { posterKey } })
  const unlisted = await makeVideo(stage, { filled: false, changes: { posterKey, visibility: 'unlisted' } })
  const hidden = await makeVideo(stage, { filled: false, changes: { posterKey, visibility: 'private' } })
  const without = await makeVideo(stage, { filled: false })
  const poster = (video: typeof open) => fetch(`${stage.origin}/posters/${video.plan.videoId}.jpg`)
  for (const video of [open, unlisted]) {
    const answer = await poster(video)
    assert.equal(answer.headers.get('content-type'), 'image/jpeg')
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=300')
    assert.equal(await answer.text(), 'a picture')
  }
  stage.forward(400_000)
  const later = await poster(open)
  assert.deepEqual([later.headers.get('age'), await later.text()], ['0', 'a picture'], 'its video was just looked at')
  for (const video of [hidden, without]) assert.equal((await poster(video)).status, 404)
  for (const path of ['nobody0000000000.jpg', 'x.jpg', '']) assert.equal((await fetch(`${stage.origin}/posters/${path}`)).status, 404)
  assert.equal(await (await fetch(`${stage.base(hidden.plan, { accountId: 'account000000001' })}poster-attempt1.jpg`)).text(), 'a picture')
})
