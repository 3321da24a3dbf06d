/** Whose word counts for where a request comes from. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddresses } from '../../src/http/client-address.ts'

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ ip: () => remoteAddress, header: (name: string) => (name === 'x-forwarded-for' ? forwarded : undefined) })

test('a stranger’s X-Forwarded-For is not looked at', () => {
  for (const trusted of ['', 'loopback', '10.0.0.0/8']) assert.equal(clientAddresses(trusted)(from('203.0.113.9', '198.51.100.7')), '203.0.113.9')
})

test('a trusted proxy names the one before it; what a viewer wrote in front of that is nothing', () => {
  const addressOf = clientAddresses('loopback, 10.0.0.0/8')
  assert.equal(addressOf(from('127.0.0.1', '198.51.100.7')), '198.51.100.7')
  assert.equal(addressOf(from('127.0.0.1', '1.2.3.4, 198.51.100.7')), '198.51.100.7')
  assert.equal(addressOf(from('127.0.0.1', '1.2.3.4, 198.51.100.7, 10.1.2.3')), '198.51.100.7')
  assert.equal(addressOf(from('::ffff:127.0.0.1', '198.51.100.7')), '198.51.100.7')
  assert.equal(addressOf(from('127.0.0.1')), '127.0.0.1')
  assert.equal(addressOf(from(undefined, '198.51.100.7')), undefined)
})

test('a proxy that is none is said at the start', () => {
  assert.throws(() => clientAddresses('loopback,nonsense'), TypeError)
})
