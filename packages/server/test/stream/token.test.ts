/** The token of DESIGN §4. The fixed vectors here are the ones that nginx and Varnish configurations have to pass too. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { sessionId, tokenExpiry } from '../../src/stream/sign/session.ts'
import { mintToken, verifyPath, type PlaybackKey } from '../../src/stream/sign/token.ts'
import { rememberTokens } from '../../src/stream/sign/verified-tokens.ts'

const key: PlaybackKey = { kid: 'k1', secret: Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex') }
const keyOf = (kid: string) => (kid === key.kid ? key : undefined)
const prefix = '/v/0123456789abcdef/rev00001/'
const exp = 2_000_000_000
const nowSeconds = exp - 1

/** Key 00 01 … 1f in hex, prefix and expiry as above. */
const vectors = [
  { ip: undefined, sid: 'viewer-1', token: '1.k1.2000000000.3.0.viewer-1.JKKBsO1iEB9wQmh-zbQJJpi_2Oy4tfbrDb8t-aY-J8w' },
  { ip: '203.0.113.7', sid: 'viewer-1', token: '1.k1.2000000000.3.i.viewer-1.oCd3jzGb5N9hd8wj2lUqvCLizmMTdI7niZWI6JL0JdA' },
  { ip: '2001:db8::1', sid: 'A_b-9', token: '1.k1.2000000000.3.i.A_b-9.RuhjWWRHJxpdjDH2Q6Y-Eay7mDzmg_xV_Ib3BHCsHV0' },
]

test('fixed vectors', () => {
  for (const { ip, sid, token } of vectors) {
    assert.equal(mintToken(key, { prefix, exp, sid, ip }), token)
    const verdict = verifyPath(`/p/${token}${prefix}h264-720p/7.m4s`, { keyOf, nowSeconds, ip })
    assert.ok(verdict.ok)
    assert.equal(verdict.path, `${prefix}h264-720p/7.m4s`)
    assert.equal(verdict.prefix, prefix)
    assert.equal(verdict.token.sid, sid)
  }
})

test('an IPv4 address is the same one when it came in over an IPv6 socket', () => {
  const mapped = '::ffff:203.0.113.7'
  assert.equal(mintToken(key, { prefix, exp, sid: 'viewer-1', ip: mapped }), vectors[1]!.token)
  assert.ok(verifyPath(`/p/${vectors[1]!.token}${prefix}x`, { keyOf, nowSeconds, ip: mapped }).ok)
})

test('the signature is what the design says, to the byte', () => {
  const claims = '1.k1.2000000000.3.0.viewer-1'
  const sig = createHmac('sha256', key.secret).update(`${claims}\n${prefix}\n`).digest('base64url')
  assert.equal(mintToken(key, { prefix, exp, sid: 'viewer-1' }), `${claims}.${sig}`)
})

const good = mintToken(key, { prefix, exp, sid: 'viewer-1' })
const bound = mintToken(key, { prefix, exp, sid: 'viewer-1', ip: '203.0.113.7' })
const rest = 'h264-720p/7.m4s'
const lastChanged = good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A')
/** The last character has two bits that decode to nothing: another text with the same bytes. */
const sameBytes = good.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charAt('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(good.at(-1)!) ^ 1)

const refused: [string, string, string][] = [
  ['no token', `/p/${prefix}${rest}`, 'token_malformed'],
  ['another version', `/p/${good.replace(/^1/, '2')}${prefix}${rest}`, 'token_malformed'],
  ['a missing field', `/p/${good.replace('.0.', '.')}${prefix}${rest}`, 'token_malformed'],
  ['a long key id', `/p/${good.replace('k1', 'k12345678')}${prefix}${rest}`, 'token_malformed'],
  ['a long session id', `/p/${good.replace('viewer-1', 'v'.repeat(33))}${prefix}${rest}`, 'token_malformed'],
  ['an expiry that is no number', `/p/${good.replace('2000000000', '2e9')}${prefix}${rest}`, 'token_malformed'],
  ['a short signature', `/p/${good.slice(0, -1)}${prefix}${rest}`, 'token_malformed'],
  ['an escape', `/p/${good}${prefix}h264-720p/%37.m4s`, 'token_malformed'],
  ['an empty element', `/p/${good}${prefix}/7.m4s`, 'token_malformed'],
  ['a way up', `/p/${good}${prefix}../other/7.m4s`, 'token_malformed'],
  ['nothing below the prefix', `/p/${good}${prefix}`, 'token_malformed'],
  ['a path that is too short', `/p/${good}/v/0123456789abcdef`, 'token_malformed'],
  ['a very long path', `/p/${good}${prefix}${'x'.repeat(500)}`, 'token_malformed'],
  ['a changed signature', `/p/${lastChanged}${prefix}${rest}`, 'token_wrong'],
  ['a signature of other spare bits', `/p/${sameBytes}${prefix}${rest}`, 'token_wrong'],
  ['another expiry', `/p/${good.replace('2000000000', '2000000001')}${prefix}${rest}`, 'token_wrong'],
  ['fewer elements', `/p/${good.replace('.3.', '.2.')}${prefix}${rest}`, 'token_wrong'],
  ['another session', `/p/${good.replace('viewer-1', 'viewer-2')}${prefix}${rest}`, 'token_wrong'],
  ['another video', `/p/${good}/v/0123456789abcdeg/rev00001/${rest}`, 'token_wrong'],
  ['another revision', `/p/${good}/v/0123456789abcdef/rev00002/${rest}`, 'token_wrong'],
  ['an unknown key', `/p/${good.replace('k1', 'k2')}${prefix}${rest}`, 'token_wrong'],
  ['another address', `/p/${bound}${prefix}${rest}`, 'token_wrong'],
  ['unbound by hand', `/p/${bound.replace('.i.', '.0.')}${prefix}${rest}`, 'token_wrong'],
]
for (const [name, path, code] of refused) {
  test(`refused: ${name}`, () => {
    const verdict = verifyPath(path, { keyOf, nowSeconds, ip: '198.51.100.1' })
    assert.equal(verdict.ok ? 'opened' : verdict.code, code)
    const remembering = rememberTokens(keyOf)
    remembering.open(`/p/${good}${prefix}${rest}`, nowSeconds, () => '198.51.100.1')
    remembering.open(`/p/${bound}${prefix}${rest}`, nowSeconds, () => '203.0.113.7')
    const again = remembering.open(path, nowSeconds, () => '198.51.100.1')
    assert.equal(again.ok ? 'opened' : again.code, code, 'after the good ones were remembered')
  })
}

test('expiry: to the second, after the signature, and for keys that are gone', () => {
  const at = (path: string, seconds: number) => {
    const verdict = verifyPath(path, { keyOf, nowSeconds: seconds })
    return verdict.ok ? 'opened' : verdict.code
  }
  assert.equal(at(`/p/${good}${prefix}${rest}`, exp - 0.001), 'opened')
  assert.equal(at(`/p/${good}${prefix}${rest}`, exp), 'token_expired')
  assert.equal(at(`/p/${lastChanged}${prefix}${rest}`, exp), 'token_wrong')
  assert.equal(at(`/p/${good.replace('k1', 'k0')}${prefix}${rest}`, exp), 'token_expired')
})

test('what is remembered still expires, still follows its key, and is bounded', () => {
  let keys: PlaybackKey | undefined = key
  const tokens = rememberTokens(() => keys, 3)
  const path = `/p/${good}${prefix}${rest}`
  assert.equal(tokens.open(path, nowSeconds, () => undefined).ok, true)
  assert.equal(tokens.open(path, nowSeconds, () => undefined).ok, true)
  assert.deepEqual(tokens.open(path, exp, () => undefined), { ok: false, code: 'token_expired' })
  keys = undefined
  assert.deepEqual(tokens.open(path, nowSeconds, () => undefined), { ok: false, code: 'token_wrong', unknownKid: true })
  keys = key
  for (let i = 0; i < 10; i++) {
    const one = mintToken(key, { prefix, exp, sid: `viewer-${i}` })
    assert.equal(tokens.open(`/p/${one}${prefix}${rest}`, nowSeconds, () => undefined).ok, true)
  }
  assert.equal(tokens.size, 3)
})

test('the expiry covers twice the duration and four hours, and is the same for hours', () => {
  const now = 1_790_000_000
  for (const duration of [0, 10, 3600, 43_200]) {
    const expiry = tokenExpiry(now, duration)
    assert.ok(expiry >= now + 2 * duration + 4 * 3600 && expiry < now + 2 * duration + 8 * 3600)
    assert.equal(expiry % (4 * 3600), 0)
  }
  const windowStart = Math.ceil(now / 14_400) * 14_400
  assert.equal(tokenExpiry(windowStart + 1, 0), tokenExpiry(windowStart + 14_399, 0))
})

test('a session id: the same for viewer, video and expiry, and for nothing else', () => {
  const sid = sessionId(key, 'account a', 'video', exp)
  assert.match(sid, /^[A-Za-z0-9_-]{22}$/)
  assert.equal(sessionId(key, 'account a', 'video', exp), sid)
  for (const other of [sessionId(key, 'account b', 'video', exp), sessionId(key, 'account a', 'other', exp), sessionId(key, 'account a', 'video', exp + 1)]) {
    assert.notEqual(other, sid)
  }
})
