/** The viewer-request function for CloudFront: the token cases of the delivery contract, and a real edge that takes what it passes on. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { mintToken } from '@sluice/server/stream/sign/token'
import { makeVideo, startEdge } from '../../server/test/stream/start-edge.ts'
import { cloudFrontFunction, functionLimitBytes } from '../src/edge-keys/cloudfront-function.ts'
import { runFunction, type FunctionResult, type ViewerRequest } from './cloudfront-runtime.ts'

const makeKey = (kid: string) => ({ kid, secret: randomBytes(32) })
const keys = [makeKey('k1'), makeKey('k2')]
const { code } = await cloudFrontFunction({ keys: keys.map(({ kid, secret }) => ({ kid, secret: secret.toString('base64url') })), withdrawn: ['withdrawnwithdra'] })
const prefix = '/v/0123456789abcdef/rev00001/'
const exp = 2_000_000_000
const nowMs = (exp - 10) * 1000
const mint = (opens: { key?: number; ip?: string } = {}) => mintToken(keys[opens.key ?? 0]!, { prefix, exp, sid: 'viewer-1', ...(opens.ip !== undefined && { ip: opens.ip }) })
const ask = (uri: string, { ip, at = nowMs, ...request }: Partial<ViewerRequest> & { ip?: string; at?: number } = {}) => runFunction(code, { uri, ...request }, ip, at)

const passed = (result: FunctionResult): ViewerRequest => {
  assert.ok('uri' in result, JSON.stringify(result))
  return result
}
const refusedWith = (result: FunctionResult): [number, unknown] => {
  assert.ok('statusCode' in result, JSON.stringify(result))
  assert.equal(result.headers['access-control-allow-origin']!.value, '*')
  assert.equal(result.headers['cache-control']!.value, 'no-store')
  return [result.statusCode, (JSON.parse(result.body!) as { code: unknown }).code]
}

test('a good token, by each of two keys: the path without it is the cache’s key, the token goes to the origin in a header', () => {
  for (const key of [0, 1]) {
    const token = mint({ key })
    const request = passed(ask(`/p/${token}${prefix}h264-720p/7.m4s`, { querystring: { CMCD: { value: 'bl%3D1' } } }))
    assert.equal(request.uri, `${prefix}h264-720p/7.m4s`)
    assert.deepEqual(request.headers, { 'x-sluice-token': { value: token } })
    assert.deepEqual(request.querystring, {})
  }
})

test('malformed 400, wrong 403, expired 410', () => {
  const token = mint()
  const path = `/p/${token}${prefix}h264-720p/7.m4s`
  const cases: [string, number, string][] = [
    ['/p/x/y', 400, 'token_malformed'],
    [`/p/${token}`, 400, 'token_malformed'],
    [`/p/${token}${prefix}`, 400, 'token_malformed'],
    [path.replace('/7', '/%37'), 400, 'token_malformed'],
    [path.replace('/h264', '//h264'), 400, 'token_malformed'],
    [path.replace('/h264', '/../h264'), 400, 'token_malformed'],
    [path.replace('/p/1.', '/p/2.'), 400, 'token_malformed'],
    [path.replace('/7.m4s', `/${'7'.repeat(500)}.m4s`), 400, 'token_malformed'],
    [path.replace('rev00001', 'rev00002'), 403, 'token_wrong'],
    [path.replace('1.k1.', '1.k3.'), 403, 'token_wrong'],
    [path.replace('1.k1.', '1.k2.'), 403, 'token_wrong'],
    [path.replace('1.k1.', '1.valueof.'), 403, 'token_wrong'],
    [path.replace('.3.0.', '.2.0.'), 403, 'token_wrong'],
    [path.replace('.3.0.', '.3.i.'), 403, 'token_wrong'],
    [path.replace(`${exp}`, `${exp + 1}`), 403, 'token_wrong'],
  ]
  for (const [uri, status, code] of cases) assert.deepEqual(refusedWith(ask(uri)), [status, code], uri)
  assert.deepEqual(refusedWith(ask(path, { at: exp * 1000 })), [410, 'token_expired'])
  assert.ok('uri' in ask(path, { at: exp * 1000 - 1 }))
  assert.deepEqual(refusedWith(ask(path.replace('1.k1.', '1.gone.'), { at: exp * 1000 })), [410, 'token_expired'])
  assert.deepEqual(refusedWith(ask('/anything')), [404, 'not_found'])
})

test('bound to an address: checked here, by the address that CloudFront saw, and passed on unbound', () => {
  const uri = `/p/${mint({ ip: '203.0.113.7' })}${prefix}h264-720p/7.m4s`
  assert.deepEqual(refusedWith(ask(uri, { ip: '203.0.113.8', headers: { 'x-forwarded-for': { value: '203.0.113.7' } } })), [403, 'token_wrong'])
  assert.equal(passed(ask(uri, { ip: '203.0.113.7' })).headers['x-sluice-token']!.value, mint())
})

test('of a withdrawn video nothing is shared: the token stays in the path, unbound', () => {
  const path = '/v/withdrawnwithdra/rev00001/'
  const token = (ip?: string) => mintToken(keys[0]!, { prefix: path, exp, sid: 'viewer-1', ...(ip !== undefined && { ip }) })
  for (const given of [token(), token('127.0.0.1')]) {
    const request = passed(ask(`/p/${given}${path}h264-720p/7.m4s`))
    assert.deepEqual([request.uri, request.headers], [`/p/${token()}${path}h264-720p/7.m4s`, {}])
  }
})

test('a viewer’s own header never reaches the origin; posters pass; preflights and other methods are answered', () => {
  const headers = { 'x-sluice-token': { value: 'forged' } }
  const poster = passed(ask('/posters/0123456789abcdef.jpg', { headers }))
  assert.deepEqual([poster.uri, poster.headers], ['/posters/0123456789abcdef.jpg', {}])
  assert.equal(passed(ask(`/p/${mint()}${prefix}x`, { headers })).headers['x-sluice-token']!.value, mint())
  const preflight = ask('/p/x', { method: 'OPTIONS' })
  assert.ok('statusCode' in preflight && preflight.statusCode === 204 && preflight.headers['access-control-allow-methods'])
  assert.deepEqual(refusedWith(ask(`/p/${mint()}${prefix}x`, { method: 'POST' })), [405, 'method_not_allowed'])
})

test('within CloudFront’s limit: withdrawn videos for which there is no room are told', async () => {
  const many = (count: number) =>
    cloudFrontFunction({
      keys: Array.from({ length: 5 }, (_, index) => ({ kid: `k${index}`, secret: randomBytes(32).toString('base64url') })),
      withdrawn: Array.from({ length: count }, (_, index) => String(index).padStart(16, '0')),
    })
  assert.deepEqual((await many(200)).leftOut, [])
  const { code, leftOut } = await many(1000)
  assert.ok(Buffer.byteLength(code) <= functionLimitBytes && Buffer.byteLength(code) > functionLimitBytes - 30)
  assert.ok(leftOut.length > 0 && leftOut.every((id) => !code.includes(id)) && leftOut.at(-1) === '0000000000000999')
  assert.ok('uri' in runFunction(code, { uri: '/posters/0123456789abcdef.jpg' }))
})

test('a real edge serves what the function passes on', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const { signing } = stage.keys
  const { pathname } = new URL(`${stage.base(video.plan)}h264-240p/0.m4s`)
  const { code: own } = await cloudFrontFunction({ keys: [{ kid: signing().kid, secret: Buffer.from(signing().secret).toString('base64url') }], withdrawn: [] })
  const { uri, headers } = passed(runFunction(own, { uri: pathname }))
  const fields = Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]))
  const answer = await fetch(stage.origin + uri, { headers: fields })
  assert.equal(answer.status, 200)
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), video.segments.get('h264-240p/0'))
  assert.equal((await fetch(stage.origin + uri, { headers: { 'x-sluice-token': fields['x-sluice-token']!.replace('.3.0.', '.2.0.') } })).status, 403)
  assert.equal((await fetch(stage.origin + uri, { headers: { 'x-sluice-token': `${fields['x-sluice-token']}/v` } })).status, 418, 'not the edge’s')
  assert.equal((await fetch(stage.origin + uri)).status, 418, 'not the edge’s')
})
