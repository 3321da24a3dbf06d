/** Where a process asks itself: encoders read sources there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownUrl } from '../../src/http/own-url.ts'

test('loopback where all addresses are listened on, otherwise the one that is', () => {
  for (const all of ['', '0.0.0.0', '::']) assert.equal(ownUrl(all, 8080), 'http://127.0.0.1:8080')
  assert.equal(ownUrl('192.168.1.10', 8080), 'http://192.168.1.10:8080')
  assert.equal(ownUrl('video.internal', 80), 'http://video.internal:80')
})

test('an IPv6 address is in brackets', () => {
  assert.equal(ownUrl('::1', 8080), 'http://[::1]:8080')
})
