/** Contract: who gets in. 400 malformed, 403 wrong, 410 expired; keys that change; tokens for one address. */
import assert from 'node:assert/strict'
import { makeVideo } from '../../stream/start-edge.ts'
import { rotateKeys } from '../../../src/stream/sign/rotate-keys.ts'
import { ask, codeOf } from './ask.ts'
import { addresses, type Cases } from './scene.ts'
import { longAgo } from './start-origin.ts'

const segment = 'h264-240p/0.m4s'

export const tokenCases: Cases = {
  'a good token opens what it names': async ({ url, video }) => {
    const answer = await ask(url(segment))
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, video.segments.get('h264-240p/0'))
  },

  'malformed, wrong and expired tokens are refused with their codes, CORS, and kept by nobody': async ({ origin, front, video, url }) => {
    const other = await makeVideo(origin)
    const path = origin.path(video.plan) + segment
    const token = path.split('/')[2]!
    const otherToken = origin.path(other.plan).split('/')[2]!
    const changed = (from: RegExp | string, to: string) => path.replace(from, to)
    const expired = new URL(url(segment, { exp: longAgo })).pathname
    const cases: [string, number, string][] = [
      [`/p/${segment}`, 400, 'token_malformed'],
      [`/p/${token}`, 400, 'token_malformed'],
      [`/p/${token}/v/${video.plan.videoId}/${video.plan.revision}/`, 400, 'token_malformed'],
      [changed(token, 'x'), 400, 'token_malformed'],
      [changed('/p/1.', '/p/2.'), 400, 'token_malformed'],
      [changed(token, token.slice(0, -1)), 400, 'token_malformed'],
      [changed(token, `${token}A`), 400, 'token_malformed'],
      [changed('/0.m4s', '/%30.m4s'), 400, 'token_malformed'],
      [changed('/h264', '%2fh264'), 400, 'token_malformed'],
      [changed('/h264', '//h264'), 400, 'token_malformed'],
      [changed('/h264', '/../h264'), 400, 'token_malformed'],
      [changed('/h264', '/./../h264'), 400, 'token_malformed'],
      [changed('/p/', '/p//'), 400, 'token_malformed'],
      [changed(segment, `../../../posters/${video.plan.videoId}.jpg`), 400, 'token_malformed'],
      [changed('/0.m4s', `/${'0'.repeat(500)}.m4s`), 400, 'token_malformed'],
      [changed(token, otherToken), 403, 'token_wrong'],
      [path.replace(/\.(.)([A-Za-z0-9_-]{42})\//, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}/`), 403, 'token_wrong'],
      [changed('.3.0.', '.2.0.'), 403, 'token_wrong'],
      [changed('.3.0.', '.3.i.'), 403, 'token_wrong'],
      [changed('.2000000000.', '.2000000001.'), 403, 'token_wrong'],
      [changed('/p/1.k1.', '/p/1.nokey.'), 403, 'token_wrong'],
      [expired.replace('.1700000000.', '.1700000001.').replace('/p/1.k1.', '/p/1.nokey.'), 410, 'token_expired'],
      [expired.replace('.1700000000.', '.1700000001.'), 403, 'token_wrong'],
      [expired, 410, 'token_expired'],
    ]
    await ask(url(segment))
    for (const [target, status, code] of cases) {
      const answer = await ask(front.origin + target)
      assert.deepEqual([answer.status, codeOf(answer)], [status, code], target)
      assert.equal(answer.headers['access-control-allow-origin'], '*', target)
      assert.equal(answer.headers['cache-control'], 'no-store', target)
      assert.equal(answer.headers['content-type'], 'application/problem+json', target)
    }
  },

  'the signature is compared as text: its spare bits let no second token in': async ({ front, origin, video }) => {
    const path = origin.path(video.plan) + segment
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = path.split('/')[2]!.at(-1)!
    // The last of 43 characters holds four bits of the signature and two spare ones.
    const twin = alphabet[alphabet.indexOf(last) ^ 1]!
    assert.equal((await ask(front.origin + path.replace(`${last}/v/`, `${twin}/v/`))).status, 403)
  },

  'keys change without a gap: the old and the new one open, a third does not': async ({ origin, front, url }) => {
    const keys = await rotateKeys(origin.documents, origin.clock, { longestTokenMs: 86_400_000, force: true })
    const next = keys.find(({ kid }) => kid === 'k2')!
    const opens = { key: { kid: 'k2', secret: Buffer.from(next.secret, 'base64url') } }
    await front.take(await origin.feed())
    origin.forward(6000)
    await origin.keys.refresh()
    assert.equal((await ask(url(segment, opens))).status, 200)
    assert.equal((await ask(url(segment))).status, 200)
    assert.equal((await ask(url(segment, { key: { kid: 'k2', secret: Buffer.alloc(32, 7) } }))).status, 403)
  },

  'a key that was taken back opens nothing': async ({ origin, front, url, isOrigin }) => {
    if (isOrigin) return // packages/server/test/stream/keys.test.ts
    const { keys, withdrawn } = await origin.feed()
    await front.take({ keys: keys.filter(({ kid }) => kid !== 'k1'), withdrawn })
    const { status } = await ask(url(segment))
    await front.take(await origin.feed())
    assert.equal(status, 403)
    assert.equal((await ask(url(segment))).status, 200)
  },

  'a token for one address opens for that address alone, cached or not': async ({ url }) => {
    const bound = url(segment, { ip: addresses.viewer })
    assert.equal((await ask(bound, { localAddress: addresses.stranger })).status, 403)
    assert.equal((await ask(bound, { localAddress: addresses.viewer })).status, 200)
    assert.equal((await ask(bound, { localAddress: addresses.viewer })).status, 200)
    assert.equal((await ask(bound, { localAddress: addresses.stranger })).status, 403)
    assert.equal((await ask(url(segment, { ip: addresses.viewer, exp: longAgo }), { localAddress: addresses.viewer })).status, 410)
  },

  'an address in X-Forwarded-For is worth nothing from a stranger': async ({ url }) => {
    const bound = url(segment, { ip: addresses.viewer })
    for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-Sluice-Token']) {
      for (const value of [addresses.viewer, `${addresses.viewer}, ${addresses.proxy}`, `for=${addresses.viewer}`]) {
        const answer = await ask(bound, { localAddress: addresses.stranger, headers: { [name]: value } })
        assert.equal(answer.status, 403, `${name}: ${value}`)
      }
    }
  },

  'a trusted proxy names the viewer: the last address counts, what came before it is the viewer’s word': async ({ url, trustedProxy }) => {
    const bound = url(segment, { ip: '198.51.100.7' })
    const through = (forwarded: string) => ask(bound, { localAddress: trustedProxy, headers: { 'X-Forwarded-For': forwarded } })
    assert.equal((await through('198.51.100.7')).status, 200)
    assert.equal((await through('203.0.113.9, 198.51.100.7')).status, 200)
    assert.equal((await through('198.51.100.7, 203.0.113.9')).status, 403)
    assert.equal((await ask(bound, { localAddress: trustedProxy })).status, 403)
  },
}
