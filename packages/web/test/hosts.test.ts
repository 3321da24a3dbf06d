/** Which host is asked first, and which next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHosts } from '../src/player/hosts.ts'
import { failedAddress } from '../src/player/shaka-error.ts'

const [a, b, c] = ['https://a.example', 'https://b.example:8443', 'https://c.example']

test('in order of preference, those that failed lately last, for a minute', () => {
  let now = 0
  const hosts = createHosts([a!, b!, c!], () => now)
  const order = () => hosts.spread(`${b}/p/x/1.m4s?CMCD=su`).map((address) => new URL(address).origin)
  assert.deepEqual(hosts.spread(`${b}/p/x/1.m4s?CMCD=su`), [a, b, c].map((origin) => `${origin}/p/x/1.m4s?CMCD=su`))
  hosts.failed(`${a}/p/y`)
  assert.deepEqual(order(), [b, c, a])
  now = 10_000
  hosts.failed(`${b}/p/y`)
  assert.deepEqual(order(), [c, a, b], 'the one that failed longest ago before the other')
  now = 61_000
  assert.deepEqual(order(), [a, c, b])
})

test('one host, and what lies elsewhere, stay as they are', () => {
  assert.deepEqual(createHosts([a!]).spread(`${a}/1`), [`${a}/1`])
  assert.deepEqual(createHosts([a!, b!]).spread(`${c}/1`), [`${c}/1`])
})

test('a host that says that a segment is not ready has not failed', () => {
  assert.equal(failedAddress({ category: 1, code: 1001, data: [`${a}/1`, 503] }), undefined)
  assert.equal(failedAddress({ category: 1, code: 1001, data: [`${a}/1`, 502] }), `${a}/1`)
  assert.equal(failedAddress({ category: 1, code: 1002, data: [`${a}/1`] }), `${a}/1`)
  assert.equal(failedAddress({ category: 1, code: 1003, data: [`${a}/1`, 1] }), `${a}/1`)
  assert.equal(failedAddress({ category: 3, code: 3016 }), undefined)
})
