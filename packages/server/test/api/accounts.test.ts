/** Accounts and sessions through real HTTP. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApi } from './start-api.ts'

const password = 'correct horse battery'

test('sign up, ask who I am, sign out, sign in', async (t) => {
  const api = await startApi(t)
  const made = await api.call('POST', '/accounts', { body: { handle: 'Anna', password } })
  assert.equal(made.status, 201)
  assert.deepEqual([made.body.account.handle, made.body.account.isAdmin], ['Anna', true], 'the first account is the administrator')
  const { token } = made.body
  assert.match(token, /^[A-Za-z0-9_-]{43}$/)

  const me = await api.call('GET', '/accounts/me', { token })
  assert.deepEqual(me.body.account, made.body.account)
  await api.refused('unauthorized', 'GET', '/accounts/me')
  await api.refused('unauthorized', 'GET', '/accounts/me', { token: 'x'.repeat(43) })

  const other = await api.call('POST', '/sessions', { body: { handle: 'aNNA', password } })
  assert.equal(other.status, 201)
  assert.notEqual(other.body.token, token)
  assert.deepEqual(other.body.account, made.body.account)

  assert.equal((await api.call('DELETE', '/sessions', { token })).status, 204)
  await api.refused('unauthorized', 'GET', '/accounts/me', { token })
  assert.equal((await api.call('GET', '/accounts/me', { token: other.body.token })).status, 200, 'other sessions go on')
  assert.equal((await api.call('DELETE', '/sessions')).status, 204, 'nobody is signed out already')
})

test('a handle is one account, whatever its case, and the second one is no administrator', async (t) => {
  const api = await startApi(t)
  await api.signUp('Anna')
  await api.refused('handle_taken', 'POST', '/accounts', { body: { handle: 'ANNA', password } })
  const second = await api.call('POST', '/accounts', { body: { handle: 'ben', password } })
  assert.equal(second.body.account.isAdmin, false)
})

test('of many sign-ups at once, one handle goes to one and one is the administrator', async (t) => {
  const api = await startApi(t)
  const same = await Promise.all(Array.from({ length: 6 }, () => api.call('POST', '/accounts', { body: { handle: 'anna', password } })))
  const different = await Promise.all(['ben', 'cleo', 'dan'].map((handle) => api.call('POST', '/accounts', { body: { handle, password } })))
  assert.deepEqual(same.map((one) => one.status).toSorted(), [201, 409, 409, 409, 409, 409])
  const made = [...same, ...different].filter((one) => one.status === 201)
  assert.equal(made.length, 4)
  assert.equal(made.filter((one) => one.body.account.isAdmin).length, 1)
})

test('wrong credentials are the same answer for a known and an unknown handle', async (t) => {
  const api = await startApi(t)
  await api.signUp('anna')
  const known = await api.refused('wrong_credentials', 'POST', '/sessions', { body: { handle: 'anna', password: 'not her password' } })
  const unknown = await api.refused('wrong_credentials', 'POST', '/sessions', { body: { handle: 'nobody', password: 'not her password' } })
  assert.deepEqual(known, unknown)
  assert.equal(known.status, 401)
})

test('passwords are stored as argon2id, tokens as their hash; neither is logged', async (t) => {
  const api = await startApi(t)
  const { token, id } = await api.signUp('anna')
  const account = await api.documents.get<{ passwordHash: string }>('account', id)
  assert.match(account!.value.passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const sessions = await api.documents.scan('session')
  assert.equal(sessions.items.length, 1)
  assert.ok(!JSON.stringify(sessions).includes(token))
  await api.call('POST', '/sessions', { body: { handle: 'anna', password: 'a wrong secret' } })
  await api.call('GET', `/accounts/me?token=${token}`, { token })
  const log = api.logged.join('\n')
  assert.ok(log.includes('/api/v1/accounts'))
  for (const secret of [token, password, 'a wrong secret']) assert.ok(!log.includes(secret))
})

test('a session ends after its days', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_SESSION_DAYS: '2' } })
  const { token } = await api.signUp('anna')
  api.forward(2 * 24 * 3600_000 - 60_000)
  assert.equal((await api.call('GET', '/accounts/me', { token })).status, 200)
  api.forward(120_000)
  await api.refused('unauthorized', 'GET', '/accounts/me', { token })
})

test('closed sign-up lets in the first account and no other', async (t) => {
  const api = await startApi(t, { settings: { SLUICE_SIGNUP: 'closed' } })
  assert.equal((await api.call('POST', '/accounts', { body: { handle: 'anna', password } })).body.account.isAdmin, true)
  await api.refused('signup_closed', 'POST', '/accounts', { body: { handle: 'ben', password } })
  assert.equal((await api.documents.get('handle', 'ben')), undefined, 'the handle stays free')
})

test('what a crash left of a sign-up locks neither the handle nor the administrator for ever', async (t) => {
  const api = await startApi(t)
  const left = { accountId: '0000000000000000', claimedAt: api.now(), confirmed: false }
  await api.documents.put('handle', 'anna', '', left, { ifVersion: 'absent' })
  await api.documents.put('installation', 'administrator', '', left, { ifVersion: 'absent' })
  await api.refused('handle_taken', 'POST', '/accounts', { body: { handle: 'anna', password } })
  api.forward(61_000)
  const made = await api.call('POST', '/accounts', { body: { handle: 'anna', password } })
  assert.equal(made.status, 201)
  assert.equal(made.body.account.isAdmin, true)
})

test('an Idempotency-Key makes one account; another body is refused', async (t) => {
  const api = await startApi(t)
  const headers = { 'idempotency-key': 'one-and-the-same' }
  const first = await api.call('POST', '/accounts', { body: { handle: 'anna', password }, headers })
  const again = await api.call('POST', '/accounts', { body: { handle: 'anna', password }, headers })
  assert.deepEqual([first.status, again.status], [201, 201])
  assert.deepEqual(again.body.account, first.body.account)
  assert.equal((await api.call('GET', '/accounts/me', { token: again.body.token })).status, 200)
  await api.refused('idempotency_conflict', 'POST', '/accounts', { body: { handle: 'ben', password }, headers })
  await api.refused('idempotency_conflict', 'POST', '/accounts', { body: { handle: 'anna', password: 'somebody else guesses' }, headers })
})

test('a bad body names the field', async (t) => {
  const api = await startApi(t)
  const short = await api.refused('bad_request', 'POST', '/accounts', { body: { handle: 'anna', password: 'short' } })
  assert.match(short.detail, /body\/password/)
  assert.match((await api.refused('bad_request', 'POST', '/accounts', { body: { handle: 'an na', password } })).detail, /body\/handle/)
  assert.match((await api.refused('bad_request', 'POST', '/accounts', { body: { handle: 'anna', password, admin: true } })).detail, /admin/)
  await api.refused('bad_request', 'POST', '/accounts', { body: '{"handle":' })
  await api.refused('bad_request', 'POST', '/accounts', { body: 'handle=anna', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  await api.refused('payload_too_large', 'POST', '/accounts', { body: { handle: 'anna', password: 'x'.repeat(100_000) } })
})
