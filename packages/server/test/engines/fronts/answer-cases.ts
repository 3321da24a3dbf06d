/** Contract: what an answer looks like. The cache's key, ranges, HEAD, conditions, CORS, the two forms of a manifest. */
import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { createManifestVersion } from '../../../src/records/plan.ts'
import { change, fill, owner } from '../../stream/start-edge.ts'
import { ask, codeOf } from './ask.ts'
import type { Cases, Scene } from './scene.ts'

const segment = 'h264-240p/1.m4s'

/** On a hit, and on a miss of its own segment. */
async function coldAndWarm({ url, video }: Scene, use: (target: string, body: Buffer) => Promise<void>): Promise<void> {
  await ask(url(segment))
  for (const number of [1, 2]) await use(url(`h264-240p/${number}.m4s`), video.segments.get(`h264-240p/${number}`)!)
}

export const answerCases: Cases = {
  'token, query and viewer’s headers are not part of the cache’s key': async (scene) => {
    const { origin, url, video, isOrigin } = scene
    const first = await ask(url(segment))
    assert.equal(first.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.match(String(first.headers['cache-status']), /fwd=uri-miss/)
    const requests = origin.requests
    const others = [
      { target: url(segment, { viewer: 'another' }) },
      { target: url(segment, { ip: '127.0.0.1' }), localAddress: '127.0.0.1' },
      { target: `${url(segment)}?CMCD=bl%3D21300%2Csid%3D%22x%22` },
      { target: url(segment), headers: { cookie: 'a=b', authorization: 'Bearer x', 'user-agent': 'x', 'cache-control': 'no-cache', pragma: 'no-cache', 'accept-language': 'nl' } },
    ]
    for (const { target, ...options } of others) {
      const answer = await ask(target, options)
      assert.deepEqual(answer.body, video.segments.get('h264-240p/1'))
      assert.match(String(answer.headers['cache-status']), /^[a-z]+; hit$/)
      assert.ok(Number(answer.headers['age']) >= 0 && Number(answer.headers['age']) < 10_000)
    }
    if (!isOrigin) assert.equal(origin.requests, requests)
    else assert.equal(origin.counts.objectReads > 0, true)
  },

  'ranges: from the start, the middle and the end, and beyond it; of another version, the whole': (scene) =>
    coldAndWarm(scene, async (target, body) => {
      const size = body.length
      const cases: [string, number, Buffer, string | undefined][] = [
        ['bytes=0-99', 206, body.subarray(0, 100), `bytes 0-99/${size}`],
        ['bytes=1000-1999', 206, body.subarray(1000, 2000), `bytes 1000-1999/${size}`],
        ['bytes=-50', 206, body.subarray(size - 50), `bytes ${size - 50}-${size - 1}/${size}`],
        [`bytes=${size - 10}-`, 206, body.subarray(size - 10), `bytes ${size - 10}-${size - 1}/${size}`],
        [`bytes=0-${size * 2}`, 206, body, `bytes 0-${size - 1}/${size}`],
      ]
      for (const [range, status, bytes, contentRange] of cases) {
        const answer = await ask(target, { headers: { range } })
        assert.deepEqual([answer.status, answer.headers['content-range']], [status, contentRange], range)
        assert.ok(answer.body.equals(bytes), range)
        assert.equal(answer.headers['access-control-allow-origin'], '*')
      }
      const beyond = await ask(target, { headers: { range: `bytes=${size}-` } })
      assert.deepEqual([beyond.status, beyond.headers['content-range'], beyond.headers['access-control-allow-origin']], [416, `bytes */${size}`, '*'])
      const { etag } = (await ask(target)).headers
      assert.equal((await ask(target, { headers: { range: 'bytes=0-9', 'if-range': etag! } })).status, 206)
      const other = await ask(target, { headers: { range: 'bytes=0-9', 'if-range': '"another"' } })
      assert.deepEqual([other.status, other.body.length], [200, size])
    }),

  'a range of what is not cached is answered, and brings the whole into the cache': async ({ url, video, origin, isOrigin }) => {
    const body = video.segments.get('h264-240p/3')!
    const answer = await ask(url('h264-240p/3.m4s'), { headers: { range: 'bytes=100-199' } })
    assert.deepEqual([answer.status, answer.body], [206, body.subarray(100, 200)])
    const { requests } = origin
    assert.deepEqual((await ask(url('h264-240p/3.m4s'))).body, body)
    if (!isOrigin) assert.equal(origin.requests, requests)
  },

  'HEAD: the headers of GET and no body; of what is not encoded, 503 at once and nothing asked for': async (scene) => {
    await coldAndWarm(scene, async (target, body) => {
      const answer = await ask(target, { method: 'HEAD' })
      assert.deepEqual([answer.status, answer.body.length, answer.headers['content-length'], answer.headers['content-type']], [200, 0, String(body.length), 'video/mp4'])
      const { etag } = (await ask(target)).headers
      assert.equal(answer.headers['etag'], etag)
    })
    const { origin, url } = scene
    const { enqueued } = origin.counts
    const empty = await ask(url('h264-360p/9.m4s'), { method: 'HEAD' })
    assert.deepEqual([empty.status, empty.body.length, origin.counts.enqueued], [503, 0, enqueued])
    assert.ok(empty.afterMs < 4000)
  },

  'conditions: 304 for the same version, 200 for another': (scene) =>
    coldAndWarm(scene, async (target, body) => {
      const { etag } = (await ask(target, { method: 'HEAD' })).headers
      for (const condition of [etag!, `W/${etag}`, `"x", ${etag}`, '*']) {
        const answer = await ask(target, { headers: { 'if-none-match': condition } })
        assert.deepEqual([answer.status, answer.body.length, answer.headers['etag']], [304, 0, etag], condition)
        assert.equal(answer.headers['access-control-allow-origin'], '*')
      }
      const other = await ask(target, { headers: { 'if-none-match': '"x"' } })
      assert.deepEqual([other.status, other.body], [200, body])
    }),

  'manifests: compressed for those who can, plain for the others, both with their own ETag': async ({ url }) => {
    const zipped = await ask(url('m1/manifest.mpd'), { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    const plain = await ask(url('m1/manifest.mpd'))
    const refused = await ask(url('m1/manifest.mpd'), { headers: { 'accept-encoding': 'gzip;q=0, identity' } })
    assert.deepEqual([zipped.status, zipped.headers['content-encoding'], plain.headers['content-encoding'], refused.headers['content-encoding']], [200, 'gzip', undefined, undefined])
    assert.match(String(plain.body), /^<\?xml/)
    assert.deepEqual(gunzipSync(zipped.body), plain.body)
    assert.deepEqual(refused.body, plain.body)
    assert.notEqual(zipped.headers['etag'], plain.headers['etag'])
    assert.match(String(zipped.headers['vary']), /accept-encoding/i)
    assert.equal(zipped.headers['content-type'], 'application/dash+xml')
    const hls = await ask(url('m1/master.m3u8'))
    assert.deepEqual([hls.status, hls.headers['content-type']], [200, 'application/vnd.apple.mpegurl'])
  },

  'CORS: players of any site, with a preflight that needs no token; other methods are refused': async ({ url, front }) => {
    const answer = await ask(url(segment), { headers: { origin: 'https://elsewhere.example' } })
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.equal(answer.headers['timing-allow-origin'], '*')
    for (const name of ['Age', 'Cache-Status', 'Content-Length', 'Content-Range', 'Date', 'ETag', 'Retry-After']) {
      assert.match(String(answer.headers['access-control-expose-headers']), new RegExp(`\\b${name}\\b`))
    }
    for (const target of [url(segment), `${front.origin}/p/x/v/y`]) {
      const preflight = await ask(target, { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' } })
      assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin'], preflight.headers['access-control-max-age']], [204, '*', '86400'])
      assert.match(String(preflight.headers['access-control-allow-headers']), /Range/)
      assert.match(String(preflight.headers['access-control-allow-methods']), /GET/)
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PURGE']) {
      const refused = await ask(url(segment), { method })
      assert.deepEqual([refused.status, refused.headers['allow']], [405, 'GET, HEAD, OPTIONS'], method)
    }
  },

  'a poster needs no token, and lives briefly': async ({ front, origin, video }) => {
    const picture = Buffer.from('a picture')
    await origin.objects.put('encoded', `v/${video.plan.videoId}/${video.plan.revision}/poster-attempt1.jpg`, picture, { mediaType: 'image/jpeg' })
    const answer = await ask(`${front.origin}/posters/${video.plan.videoId}.jpg`)
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.body], [200, 'image/jpeg', picture])
    assert.match(String(answer.headers['cache-control']), /^public, max-age=\d{1,3}$/)
  },

  'outside the grid 404, which is not kept: a segment that joins a manifest is there at once': async ({ url, origin, video }) => {
    const outside = await ask(url('h264-240p/9999.m4s'))
    assert.deepEqual([outside.status, codeOf(outside), outside.headers['cache-control'], outside.headers['access-control-allow-origin']], [404, 'not_found', 'no-store', '*'])
    await createManifestVersion(origin.documents, video.plan.videoId, video.plan.revision, { version: 2, createdAt: 0, renditionIds: ['h264-240p'] })
    await change(origin, video, { manifestVersion: 2 })
    assert.equal((await ask(url('h264-360p/9.m4s'))).status, 404)
    await fill(origin, video, 'h264-360p', 9, 10)
    assert.equal((await ask(url('h264-360p/9.m4s'))).status, 200)
  },

  'a private video: a refusal is one viewer’s and not kept for its owner': async ({ url, origin, video }) => {
    await change(origin, video, { visibility: 'private' })
    const guest = await ask(url('h264-240p/4.m4s'))
    assert.deepEqual([guest.status, codeOf(guest)], [403, 'token_wrong'])
    assert.equal((await ask(url('h264-240p/4.m4s', { accountId: owner }))).status, 200)
  },

  'a video that was withdrawn is closed to tokens that are out, cached or not, and its owner sees it as long as there is one': async ({ url, origin, front, video }) => {
    const cached = [url(segment), url(segment, { ip: '127.0.0.1' }), url('m1/manifest.mpd')]
    const statuses = async () => Promise.all([...cached, url(segment, { accountId: owner })].map(async (target) => (await ask(target, { localAddress: '127.0.0.1' })).status))
    assert.deepEqual(await statuses(), [200, 200, 200, 200])
    await change(origin, video, { visibility: 'private' })
    await front.take(await origin.feed([video.plan.videoId]))
    assert.deepEqual(await statuses(), [403, 403, 403, 200])
    assert.equal((await ask(url(segment, { accountId: owner }), { headers: { range: 'bytes=0-9' } })).status, 206)
    await change(origin, video, { deletedAt: 1 })
    assert.deepEqual(await statuses(), [404, 404, 404, 404])
    await front.take(await origin.feed())
  },
}
