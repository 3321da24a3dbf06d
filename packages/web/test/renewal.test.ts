/** A token is renewed before it expires, without a wait; after it expired, with one; never for another stream. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRenewal, type SignedUrl } from '../src/player/renewal.ts'

const hour = 3_600_000
const at = (token: string, revision = 'e1') => `https://a/p/${token}/v/id/${revision}/m1/manifest.mpd`
const segment = (token: string) => `https://a/p/${token}/v/id/e1/h264/7.m4s?CMCD=x`

function scene(next: () => Promise<SignedUrl>) {
  const made = { now: 0, asked: 0 }
  const renewal = createRenewal({ dashUrl: at('one'), expiresAt: 4 * hour }, () => (made.asked++, next()), () => made.now)
  return { made, renewal }
}
const later = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

test('ten minutes ahead, beside the requests, once', async () => {
  const { made, renewal } = scene(async () => ({ dashUrl: at('two'), expiresAt: 8 * hour }))
  made.now = 3.8 * hour
  assert.equal(await renewal.refreshed(segment('one')), segment('one'))
  assert.equal(made.asked, 0)
  made.now = 3.9 * hour
  assert.deepEqual(await Promise.all([renewal.refreshed(segment('one')), renewal.refreshed(segment('one'))]), [segment('one'), segment('one')], 'nobody waits')
  await later()
  assert.equal(await renewal.refreshed(segment('one')), segment('two'))
  assert.equal(made.asked, 1)
  assert.equal(await renewal.refreshed('https://other/p/x/v/id/e1/1.m4s'), 'https://other/p/x/v/id/e1/1.m4s')
  assert.equal(await renewal.refreshed('https://a/posters/x.jpg'), 'https://a/posters/x.jpg')
})

test('after a sleep that it did not survive, the request waits for the new one', async () => {
  const { made, renewal } = scene(async () => ({ dashUrl: at('two'), expiresAt: 20 * hour }))
  made.now = 12 * hour
  assert.equal(await renewal.refreshed(segment('one')), segment('two'))
})

test('a server that is away is asked again after a while; the old token is used meanwhile', async () => {
  let isAway = true
  const { made, renewal } = scene(async () => {
    if (isAway) throw new Error('away')
    return { dashUrl: at('two'), expiresAt: 8 * hour }
  })
  made.now = 3.9 * hour
  await renewal.refreshed(segment('one'))
  await later()
  await renewal.refreshed(segment('one'))
  assert.equal(made.asked, 1)
  isAway = false
  made.now += 15_000
  await renewal.refreshed(segment('one'))
  await later()
  assert.equal(await renewal.refreshed(segment('one')), segment('two'))
})

test('another revision is another stream; the same token is no new one', async () => {
  const anew = scene(async () => ({ dashUrl: at('two', 'e2'), expiresAt: 8 * hour }))
  assert.equal(await anew.renewal.renewNow(), false)
  assert.equal(await anew.renewal.refreshed(segment('one')), segment('one'))
  const same = scene(async () => ({ dashUrl: at('one'), expiresAt: 4 * hour }))
  assert.equal(await same.renewal.renewNow(), false)
})
