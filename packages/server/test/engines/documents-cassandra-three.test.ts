/** Three Cassandra nodes: with one killed nothing is lost and nobody sees an error; with two killed it is said; then all is there. */
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { startCassandra, type CassandraEngine } from '../../../../scripts/engines/cassandra.ts'
import { DriverUnavailable, VersionConflict } from '../../src/base/errors.ts'
import { migrate } from '../../src/drivers/documents/cassandra/migrate.ts'
import { openCassandraDocuments } from '../../src/drivers/documents/cassandra/open.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

let scratch: Awaited<ReturnType<typeof scratchDirectory>>
let engine: CassandraEngine
let documents: Documents
const options = () => ({ contactPoints: engine.contactPoints, dataCenter: engine.localDataCenter, keyspace: 'sluice' })

before(async () => {
  scratch = await scratchDirectory()
  engine = await startCassandra({ directory: scratch.path, nodes: 3 })
})
after(async () => {
  await documents?.close()
  await engine?.stop()
  await scratch.remove()
})

test('tables are made by two versions at once, through different nodes', { timeout: 800_000 }, async () => {
  const through = (node: number, more: object = {}) => migrate({ ...options(), contactPoints: [engine.contactPoints[node]!], replication: 3, ...more })
  await Promise.all([through(0), through(1, { tables: ['video', 'due', 'upload'] }), through(2)])
  assert.deepEqual(await through(1), [])
  documents = openCassandraDocuments(options())
  await documents.ping()
})

test('one node is killed while counters count: exact, and without an error', { timeout: 800_000 }, async () => {
  await documents.put('video', 'counter', '', [], { ifVersion: 'absent' })
  const add = async (name: string): Promise<void> => {
    for (;;) {
      const { value, version } = (await documents.get<string[]>('video', 'counter'))!
      if (value.includes(name)) return
      const put = documents.put('video', 'counter', '', [...value, name], { ifVersion: version })
      if (await put.then(() => true, (error: unknown) => !(error instanceof VersionConflict) && Promise.reject(error))) return
    }
  }
  const names = Array.from({ length: 120 }, (_, index) => `n${index}`)
  for (const [index, name] of names.entries()) {
    if (index === 40) void engine.nodes[1]!.kill()
    await Promise.all([add(name), documents.put('due', `minute/${index % 8}`, name, { name })])
  }
  assert.deepEqual((await documents.get<string[]>('video', 'counter'))!.value, names)
  let met = 0
  for (let shard = 0; shard < 8; shard++) met += (await documents.range('due', `minute/${shard}`)).items.length
  assert.equal(met, names.length)
})

test('two are killed: DriverUnavailable; when they are back, everything is there', { timeout: 800_000 }, async () => {
  await engine.nodes[2]!.kill()
  await assert.rejects(documents.put('video', 'other', '', 1, { ifVersion: 'absent' }), DriverUnavailable)
  await assert.rejects(documents.ping(), DriverUnavailable)
  await engine.nodes[1]!.start()
  await engine.nodes[2]!.start()
  // Two machines' worth of Java start on a machine that runs other tests; a ping that fails takes its 12 s.
  await eventually('a quorum', () => documents.ping().then(() => true, () => false), 150)
  assert.equal((await documents.get<string[]>('video', 'counter'))!.value.length, 120)
  const { version } = (await documents.get('video', 'counter'))!
  await documents.put('video', 'counter', '', [], { ifVersion: version })
})
