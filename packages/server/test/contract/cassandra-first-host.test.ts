/** Which node of a cluster changes the schema. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from 'cassandra-driver'
import { firstHost } from '../../src/drivers/documents/cassandra/migrate.ts'

const host = (address: string, datacenter: string, isUp = true) => ({ address, datacenter, isUp: () => isUp }) as Host

test('the first that is up in the data center that is asked, though another has lower addresses', () => {
  const hosts = [host('10.0.0.1:9042', 'far'), host('10.1.0.3:9042', 'near'), host('10.1.0.1:9042', 'near', false), host('10.1.0.2:9042', 'near')]
  assert.equal(firstHost(hosts, 'near')?.address, '10.1.0.2:9042')
  assert.equal(firstHost(hosts, 'far')?.address, '10.0.0.1:9042')
  assert.equal(firstHost(hosts.slice(0, 1), 'near'), undefined)
})
