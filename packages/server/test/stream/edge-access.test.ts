/** Who gets in: tokens over HTTP, videos that are deleted or made private, keys of other processes. No token is ever logged. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { rotateKeys } from '../../src/stream/sign/rotate-keys.ts'
import { sessionId } from '../../src/stream/sign/session.ts'
import { mintToken } from '../../src/stream/sign/token.ts'
import { change, makeVideo, owner, startEdge } from './start-edge.ts'

/** fetch would tidy the path up. */
const statusOf = (origin: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(origin, { path }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
      .on('error', reject)
      .end()
  })

test('tokens: 400 malformed, 403 wrong, 410 expired, each with CORS and its code', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const other = await makeVideo(stage)
  const path = new URL(`${stage.base(video.plan)}h264-240p/0.m4s`).pathname
  const otherPath = new URL(`${stage.base(other.plan)}h264-240p/0.m4s`).pathname
  const token = path.split('/')[2]!
  assert.equal(await statusOf(stage.origin, path), 200)
  assert.equal(await statusOf(stage.origin, path.replace('/0.m4s', '/%30.m4s')), 400)
  assert.equal(await statusOf(stage.origin, path.replace('/h264', '//h264')), 400)
  assert.equal(await statusOf(stage.origin, path.replace('/h264', '/../h264')), 400)
  assert.equal(await statusOf(stage.origin, path.replace(token, 'x')), 400)
  assert.equal(await statusOf(stage.origin, `/p/${token}`), 400)
  assert.equal(await statusOf(stage.origin, otherPath.replace(/^\/p\/[^/]+/, `/p/${token}`)), 403)
  const expired = await fetch(`${stage.base(video.plan, { exp: Math.floor(stage.clock() / 1000) - 1 })}h264-240p/0.m4s`)
  assert.equal(expired.status, 410)
  assert.equal(((await expired.json()) as { code: string }).code, 'token_expired')
  assert.equal(expired.headers.get('access-control-allow-origin'), '*')
  assert.equal(expired.headers.get('cache-control'), 'no-store')
  assert.ok(!stage.logged.some((line) => line.includes(token)))
})

test('a token that was good expires while it is in use', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const url = `${stage.base(video.plan, { exp: Math.floor(stage.clock() / 1000) + 100 })}h264-240p/0.m4s`
  assert.equal((await fetch(url)).status, 200)
  stage.forward(101_000)
  assert.equal((await fetch(url)).status, 410)
})

test('a deleted video, a retired revision: 404 with the signal, and within a minute without it', async (t) => {
  for (const changes of [{ deletedAt: 1 }, { revision: 'rev99999' }]) {
    for (const quietly of [false, true]) {
      const stage = await startEdge(t)
      const video = await makeVideo(stage)
      const url = `${stage.base(video.plan)}h264-240p/0.m4s`
      assert.equal((await fetch(url)).status, 200)
      await change(stage, video, changes, quietly)
      if (quietly) {
        stage.forward(59_000)
        assert.equal((await fetch(url)).status, 200, 'not looked at yet')
        stage.forward(1000)
      }
      assert.equal((await fetch(url)).status, 404)
    }
  }
})

test('made private: closed to tokens that are out, open to the owner’s; made public again: open', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const guest = `${stage.base(video.plan)}h264-240p/0.m4s`
  const stranger = `${stage.base(video.plan, { accountId: 'account000000002' })}h264-240p/0.m4s`
  const own = `${stage.base(video.plan, { accountId: owner })}h264-240p/0.m4s`
  const statuses = async () => [(await fetch(guest)).status, (await fetch(stranger)).status, (await fetch(own)).status]
  assert.deepEqual(await statuses(), [200, 200, 200])
  await change(stage, video, { visibility: 'private' })
  assert.deepEqual(await statuses(), [403, 403, 200])
  await change(stage, video, { visibility: 'public' })
  assert.deepEqual(await statuses(), [200, 200, 200])
})

test('a key that another process made just now is read before its token is refused', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const keys = await rotateKeys(stage.documents, stage.clock, { longestTokenMs: 1, force: true })
  const next = keys.find((key) => key.kid === 'k2')!
  const key = { kid: next.kid, secret: Buffer.from(next.secret, 'base64url') }
  const prefix = `/v/${video.plan.videoId}/${video.plan.revision}/`
  const token = mintToken(key, { prefix, exp: 2_000_000_000, sid: sessionId(key, 'guest', video.plan.videoId, 2_000_000_000) })
  const url = `${stage.origin}/p/${token}${prefix}h264-240p/0.m4s`
  assert.equal((await fetch(url)).status, 403, 'the keys were read a moment ago')
  stage.forward(5000)
  assert.equal((await fetch(url)).status, 200)
})
