/** The site's cookie: where it may be sent from, and that nothing but the site can make it act. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startApi } from './start-api.ts'

const password = 'correct horse battery'

async function withCookie(t: TestContext, settings: Record<string, string> = {}) {
  const api = await startApi(t, { settings })
  const made = await api.call('POST', '/accounts', { body: { handle: 'anna', password } })
  const set = made.headers.get('set-cookie')!
  return { api, set, cookie: set.split(';')[0]!, token: made.body.token as string }
}

test('sign-up and sign-in set a cookie that no script reads and no other site sends', async (t) => {
  const { api, set, token } = await withCookie(t)
  assert.match(set, new RegExp(`^sluice_session=${token}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax$`))
  const again = await api.call('POST', '/sessions', { body: { handle: 'anna', password } })
  assert.match(again.headers.get('set-cookie')!, /HttpOnly; SameSite=Lax/)
})

test('the cookie is Secure where the site is', async (t) => {
  const { set } = await withCookie(t, { SLUICE_PUBLIC_URL: 'https://video.example.org' })
  assert.match(set, /; Secure/)
})

test('a cookie reads without more, and acts only for its own site', async (t) => {
  const { api, cookie } = await withCookie(t)
  const begin = (headers: Record<string, string>) => ({ body: { fileName: 'a.mp4', sizeBytes: 10 }, headers: { cookie, ...headers } })
  assert.equal((await api.call('GET', '/accounts/me', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status, 200)

  await api.refused('csrf_refused', 'POST', '/uploads', begin({}))
  await api.refused('csrf_refused', 'POST', '/uploads', begin({ origin: 'https://evil.example' }))
  await api.refused('csrf_refused', 'POST', '/uploads', begin({ origin: 'null' }))
  for (const site of ['cross-site', 'same-site']) await api.refused('csrf_refused', 'POST', '/uploads', begin({ 'sec-fetch-site': site, origin: api.origin }))
  await api.refused('csrf_refused', 'DELETE', '/sessions', { headers: { cookie } })

  assert.equal((await api.call('POST', '/uploads', begin({ origin: api.origin }))).status, 201)
  for (const site of ['same-origin', 'none']) assert.equal((await api.call('POST', '/uploads', begin({ 'sec-fetch-site': site }))).status, 201)
})

test('a bearer token needs no proof, and wins over a cookie', async (t) => {
  const { api, cookie, token } = await withCookie(t)
  const ben = await api.signUp('ben')
  const asBen = await api.call('GET', '/accounts/me', { token: ben.token, headers: { cookie } })
  assert.equal(asBen.body.account.handle, 'ben')
  const begun = await api.call('POST', '/uploads', { token, headers: { cookie, origin: 'https://other.example' }, body: { fileName: 'a.mp4', sizeBytes: 10 } })
  assert.equal(begun.status, 201)
  await api.refused('unauthorized', 'GET', '/accounts/me', { headers: { cookie, authorization: 'Bearer wrong' } })
})

test('the public address counts as the own site', async (t) => {
  const { api, cookie } = await withCookie(t, { SLUICE_PUBLIC_URL: 'https://video.example.org' })
  const body = { fileName: 'a.mp4', sizeBytes: 10 }
  assert.equal((await api.call('POST', '/uploads', { body, headers: { cookie, origin: 'https://video.example.org' } })).status, 201)
  await api.refused('csrf_refused', 'POST', '/uploads', { body, headers: { cookie, origin: 'https://example.org' } })
})

test('signing out with the cookie ends the session and takes the cookie away', async (t) => {
  const { api, cookie } = await withCookie(t)
  const out = await api.call('DELETE', '/sessions', { headers: { cookie, origin: api.origin } })
  assert.equal(out.status, 204)
  assert.match(out.headers.get('set-cookie')!, /^sluice_session=;.*Expires=Thu, 01 Jan 1970/)
  await api.refused('unauthorized', 'GET', '/accounts/me', { headers: { cookie } })
})
