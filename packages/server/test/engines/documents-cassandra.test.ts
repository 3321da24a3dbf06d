/** The documents driver of Cassandra against the port's contract, and what is its own: tables, expiry without traces, large pages. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { Client } from 'cassandra-driver'
import { startCassandra, type CassandraEngine } from '../../../../scripts/engines/cassandra.ts'
import { randomId } from '../../src/base/id.ts'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { migrate } from '../../src/drivers/documents/cassandra/migrate.ts'
import { tableNames } from '../../src/drivers/documents/cassandra/schema.ts'
import { openCassandraDocuments } from '../../src/drivers/documents/cassandra/open.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { documentsContract } from '../contract/documents.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

describe('Cassandra', { timeout: 800_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let engine: CassandraEngine
  const options = () => ({ contactPoints: engine.contactPoints, dataCenter: engine.localDataCenter, keyspace: 'sluice', migrate: { replication: 1 } })
  before(async () => {
    scratch = await scratchDirectory()
    engine = await startCassandra({ directory: scratch.path })
  })
  after(async () => {
    await engine.stop()
    await scratch.remove()
  })

  documentsContract('Cassandra', async () => {
    const open = async () => openCassandraDocuments(options())
    const documents = await open()
    await documents.ping()
    return { documents, reopen: open, close: async () => {} }
  })

  describe('its own', () => {
    let documents: Documents
    let cql: Client
    before(async () => {
      documents = openCassandraDocuments(options())
      cql = new Client({ contactPoints: engine.contactPoints, localDataCenter: engine.localDataCenter, keyspace: 'sluice' })
    })
    after(async () => {
      await documents.close()
      await cql.shutdown()
    })

    test('tables are made once, by several processes and versions at once; what is there is left alone', async () => {
      const keyspace = `made_${randomId(8)}`
      const older = { ...options(), keyspace, replication: 1, tables: ['video', 'due', 'upload'] as ['video', 'due', 'upload'] }
      const newer = { ...options(), keyspace, replication: 1 }
      const made = await Promise.all([migrate(older), migrate(newer), migrate(older), migrate(newer)])
      assert.ok(made.flat().length >= 20)
      assert.deepEqual([await migrate(newer), await migrate(older)], [[], []])
      const open = openCassandraDocuments({ ...options(), keyspace, migrate: undefined })
      await open.put('video', 'v', '', 1, { ifVersion: 'absent' })
      assert.equal((await open.get('video', 'v'))?.value, 1)
      await open.close()
    })

    test('lists that are emptied let go of what was deleted, whenever it was', async () => {
      const { rows } = await cql.execute(`SELECT table_name, compaction, gc_grace_seconds FROM system_schema.tables WHERE keyspace_name = 'sluice'`)
      const options = new Map(rows.map((row) => [row['table_name'] as string, [(row['compaction'] as { class: string }).class.split('.').at(-1), row['gc_grace_seconds']]]))
      for (const table of ['due', 'account_work', 'account_upload', 'claim', 'popular']) assert.deepEqual(options.get(table), ['LeveledCompactionStrategy', 10_800], table)
    })

    test('without tables every call says what makes them', async () => {
      await cql.execute(`CREATE KEYSPACE IF NOT EXISTS bare WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
      const bare = openCassandraDocuments({ ...options(), keyspace: 'bare', migrate: undefined })
      await assert.rejects(bare.get('video', 'v'), { name: 'DriverUnavailable', message: /sluice admin migrate/ })
      await assert.rejects(bare.put('video', 'v', '', 1, { ifVersion: 'absent' }), { name: 'DriverUnavailable', message: /sluice admin migrate/ })
      await bare.close()
    })

    test('a process whose version has more tables is not ready before they are made', async () => {
      const keyspace = `older_${randomId(8)}`
      await migrate({ ...options(), keyspace, replication: 1, tables: tableNames.filter((table) => table !== 'claim') })
      const open = openCassandraDocuments({ ...options(), keyspace, migrate: undefined })
      await assert.rejects(open.ping(), { name: 'DriverUnavailable', message: /no claim in older_.*sluice admin migrate/ })
      await migrate({ ...options(), keyspace, replication: 1 })
      await open.ping()
      await open.close()
    })

    test('an expired document leaves no empty row behind', async () => {
      const pk = randomId(16)
      const version = await documents.put('upload', pk, 'meta', 1, { ifVersion: 'absent' })
      await documents.put('upload', pk, 'meta', 2, { ifVersion: version, ttlSeconds: 1 })
      await eventually('expiry', async () => (await documents.get('upload', pk, 'meta')) === undefined)
      assert.equal((await cql.execute('SELECT * FROM upload WHERE pk = ?', [pk])).rowLength, 0)
    })

    test('conditions stand for all of a table, and unconditional tables have none', async () => {
      const pk = randomId(16)
      await documents.put('chunk', pk, 'a', 1, { ifVersion: 'absent' })
      await documents.put('chunk', pk, 'b', 1, { ifVersion: 'absent' })
      await documents.batch('chunk', pk, [{ delete: { sk: 'a' } }, { delete: { sk: 'b' } }, { delete: { sk: 'never' } }])
      await documents.put('due', pk, 'a', 1)
      const paxos = (await cql.execute('SELECT cf_id FROM system.paxos')).rows.map((row) => String(row['cf_id']))
      const ids = new Map((await cql.execute('SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = ?', ['sluice'])).rows.map((row) => [row['table_name'] as string, String(row['id'])]))
      assert.deepEqual([paxos.includes(ids.get('chunk')!), paxos.includes(ids.get('due')!)], [true, false])
      assert.deepEqual((await documents.range('chunk', pk)).items, [])
    })

    test('a page of large documents ends early, with a cursor; so does a scan', async () => {
      const pk = randomId(16)
      const large = 'x'.repeat(900_000)
      for (let index = 0; index < 12; index++) await documents.put('due', pk, String(index).padStart(2, '0'), large)
      const first = await documents.range('due', pk)
      assert.ok(first.items.length < 12)
      const second = await documents.range('due', pk, { cursor: first.cursor })
      assert.equal(first.items.length + second.items.length, 12)
      assert.equal(second.cursor, undefined)
      let met = 0
      for (let cursor: string | undefined; ; ) {
        const page = await documents.scan('due', { cursor, limit: 1000 })
        met += page.items.filter((item) => item.pk === pk).length
        if ((cursor = page.cursor) === undefined) break
      }
      assert.equal(met, 12)
      for (let index = 0; index < 12; index++) await documents.delete('due', pk, String(index).padStart(2, '0'))
    })

    test('a cluster that is not there is DriverUnavailable, in time', async () => {
      const nowhere = openCassandraDocuments({ ...options(), contactPoints: ['127.0.0.1:1'], callTimeoutMs: 500 })
      await assert.rejects(nowhere.ping(), DriverUnavailable)
      await assert.rejects(nowhere.get('video', 'v'), DriverUnavailable)
      await assert.rejects(nowhere.put('video', 'v', '', 1, { ifVersion: 'absent' }), DriverUnavailable)
      await nowhere.close()
    })
  })
})
