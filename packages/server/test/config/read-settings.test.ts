/** Settings: what is accepted, and how mistakes are told. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BadSettings, readSettings } from '../../src/config/read.ts'

const mistakesOf = (environment: Record<string, string>): string[] => {
  try {
    readSettings(environment)
    return []
  } catch (error) {
    assert.ok(error instanceof BadSettings)
    return error.message.split('\n')
  }
}

test('without any, the defaults hold', () => {
  const settings = readSettings({})
  assert.deepEqual([settings.SLUICE_HTTP_PORT, settings.SLUICE_DATA_DIR, settings.SLUICE_ROLES], [8080, './data', ['api', 'encoder', 'edge']])
})

test('sizes, lists, choices and addresses are parsed', () => {
  const settings = readSettings({ SLUICE_MAX_FILE_BYTES: '5g', SLUICE_ROLES: 'edge, api,edge', SLUICE_SIGNUP: 'closed', SLUICE_PUBLIC_URL: 'https://v.example.org/', SLUICE_EGRESS_PRICE_PER_GB: '0.085' })
  assert.equal(settings.SLUICE_EGRESS_PRICE_PER_GB, 0.085)
  assert.equal(settings.SLUICE_MAX_FILE_BYTES, 5 * 2 ** 30)
  assert.deepEqual(settings.SLUICE_ROLES, ['edge', 'api'])
  assert.deepEqual([settings.SLUICE_SIGNUP, settings.SLUICE_PUBLIC_URL], ['closed', 'https://v.example.org'])
})

test('every mistake is named at once, with what is accepted', () => {
  const mistakes = mistakesOf({
    SLUICE_HTTP_PORT: '99999',
    SLUICE_HTP_PORT: '1',
    SLUICE_ROLES: 'api,encodr',
    SLUICE_MAX_FILE_BYTES: 'much',
    SLUICE_SIGNUP: 'maybe',
    SLUICE_PUBLIC_URL: 'video.example.org',
    OTHER: 'is not ours',
  })
  assert.equal(mistakes.length, 6)
  for (const name of ['HTTP_PORT', 'HTP_PORT', 'ROLES', 'MAX_FILE_BYTES', 'SIGNUP', 'PUBLIC_URL']) {
    assert.ok(mistakes.some((mistake) => mistake.startsWith(`SLUICE_${name}: `)), name)
  }
})

test('what may hold a secret is not told back', () => {
  const password = 'a password of mine'
  const wrong = {
    SLUICE_EDGE_KEYS_SECRET: password,
    SLUICE_REDIS_URL: `http://user:${password}@cache.example.org`,
    SLUICE_OTLP_ENDPOINT: `https://user:${password}@collector.example.org`,
    SLUICE_DELIVERY_URLS: `https://user:${password}@cdn.example.org`,
    SLUICE_NATS_SERVERS: `nats://user:${password}@nats.example.org:4222`,
    SLUICE_TRANSCRIBE_COMMAND: `say --token "${password}"`,
  }
  for (const [name, value] of Object.entries(wrong)) {
    const mistakes = mistakesOf({ [name]: value })
    assert.match(mistakes.join('\n'), new RegExp(`^${name}: this is not \\S+`))
    assert.doesNotMatch(mistakes.join('\n'), /password of mine/)
  }
  assert.deepEqual(mistakesOf({ SLUICE_HTTP_PORT: '99999' }), ['SLUICE_HTTP_PORT: "99999" is not a whole number from 0 to 65535'])
})

test('an address with a path or of another scheme is refused', () => {
  for (const address of ['https://a.example/videos', 'ftp://a.example', 'https://a.example/?x', 'https://user@a.example']) {
    assert.equal(mistakesOf({ SLUICE_PUBLIC_URL: address }).length, 1, address)
    assert.equal(mistakesOf({ SLUICE_DELIVERY_URLS: `https://cdn.example.org,${address}` }).length, 1, address)
  }
})

test('a file gives what the environment does not; one that is named must be there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sluice.env')
  writeFileSync(path, '# ours\nSLUICE_HTTP_PORT=9000\nSLUICE_SIGNUP=closed\n')
  const settings = readSettings({ SLUICE_CONFIG: path, SLUICE_HTTP_PORT: '9001' })
  assert.deepEqual([settings.SLUICE_HTTP_PORT, settings.SLUICE_SIGNUP], [9001, 'closed'])
  assert.match(mistakesOf({ SLUICE_CONFIG: join(folder, 'absent') })[0]!, /^SLUICE_CONFIG: ENOENT/)
})
