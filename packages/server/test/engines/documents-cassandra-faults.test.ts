/** The Cassandra driver when the network fails: refused, slow, silent, cut midway, and answers that never came. */
import { after, afterEach, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { startCassandra, type CassandraEngine } from '../../../../scripts/engines/cassandra.ts'
import { DriverUnavailable, VersionConflict } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import { openCassandraDocuments } from '../../src/drivers/documents/cassandra/open.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { losing, openFaultyProxy, type FaultyProxy } from '../fixtures/faulty-proxy.ts'

describe('Cassandra behind a bad network', { timeout: 800_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let engine: CassandraEngine
  let proxy: FaultyProxy
  let documents: Documents
  let witness: Documents
  const open = (port: number, times: { requestTimeoutMs?: number; callTimeoutMs?: number } = {}) =>
    openCassandraDocuments({ contactPoints: [`127.0.0.1:${port}`], dataCenter: 'datacenter1', keyspace: 'sluice', migrate: { replication: 1 }, ...times })

  const losingAnswers = (loseAnswerTo: string, times?: number) => losing(proxy, { loseAnswerTo }, times)

  before(async () => {
    scratch = await scratchDirectory()
    engine = await startCassandra({ directory: scratch.path })
    proxy = await openFaultyProxy({ port: engine.port })
    witness = open(engine.port)
    await witness.ping()
    documents = open(proxy.port, { requestTimeoutMs: 1000, callTimeoutMs: 3000 })
    await documents.ping()
  })
  afterEach(async () => {
    proxy.set('pass')
    await eventually('the driver is well again', () => documents.ping().then(() => true, () => false))
  })
  after(async () => {
    await documents.close()
    await witness.close()
    await proxy.close()
    await engine.stop()
    await scratch.remove()
  })

  test('a put whose answer was lost is a put, not a conflict with itself', async () => {
    const pk = randomId(16)
    let lost = losingAnswers(pk)
    const first = await documents.put('video', pk, '', 1, { ifVersion: 'absent' })
    lost()
    lost = losingAnswers(pk)
    const second = await documents.put('video', pk, '', 2, { ifVersion: first })
    lost()
    assert.deepEqual(await witness.get('video', pk), { sk: '', value: 2, version: second })
  })

  test('a put that never arrived is made again', async () => {
    const pk = randomId(16)
    const lost = losing(proxy, { loseRequest: pk })
    const version = await documents.put('video', pk, '', 1, { ifVersion: 'absent' })
    lost()
    assert.deepEqual(await witness.get('video', pk), { sk: '', value: 1, version })
  })

  test('a put whose answer was lost, and that lost the race, is a conflict and nothing else', async () => {
    const pk = randomId(16)
    const first = await witness.put('video', pk, '', 'first', { ifVersion: 'absent' })
    const theirs = await witness.put('video', pk, '', 'theirs', { ifVersion: first })
    const lost = losingAnswers(pk)
    await assert.rejects(documents.put('video', pk, '', 'ours', { ifVersion: first }), VersionConflict)
    lost()
    assert.deepEqual(await witness.get('video', pk), { sk: '', value: 'theirs', version: theirs })
    const handle = randomId(16)
    await witness.put('handle', handle, '', 'theirs', { ifVersion: 'absent' })
    const lostToo = losingAnswers(handle)
    await assert.rejects(documents.put('handle', handle, '', 'ours', { ifVersion: 'absent' }), VersionConflict)
    lostToo()
  })

  test('a batch and a delete whose answers were lost are done', async () => {
    const pk = randomId(16)
    let lost = losingAnswers(pk)
    const [a, b] = await documents.batch('chunk', pk, [{ put: { sk: 'a', value: 1, ifVersion: 'absent' } }, { put: { sk: 'b', value: 1, ifVersion: 'absent' } }])
    lost()
    assert.deepEqual((await witness.range('chunk', pk)).items.map(({ version }) => version), [a, b])
    lost = losingAnswers(pk)
    await documents.delete('chunk', pk, 'a', { ifVersion: a! })
    lost()
    lost = losingAnswers(pk)
    await documents.batch('chunk', pk, [{ delete: { sk: 'b', ifVersion: b! } }])
    lost()
    assert.deepEqual((await witness.range('chunk', pk)).items, [])
  })

  test('an unconditional write whose answers were lost is done once, and does not undo what came after it', async () => {
    const pk = randomId(16)
    const lost = losingAnswers(pk, 2)
    const writing = documents.put('due', pk, 'a', 'ours')
    await eventually('the first request is done', async () => (await witness.get('due', pk, 'a')) !== undefined)
    // Which of two writes is the later one, two processes know to half a round trip, here of a crowded machine.
    await pause(100)
    await witness.put('due', pk, 'a', 'later')
    await writing
    lost()
    assert.equal((await witness.get('due', pk, 'a'))!.value, 'later')
  })

  test('counters under cuts and lost answers are exact', async ({ signal }) => {
    const pk = randomId(16)
    await witness.put('video', pk, '', [], { ifVersion: 'absent' })
    let added = 0
    const add = async (name: string): Promise<void> => {
      for (;;) {
        signal.throwIfAborted()
        try {
          const { value, version } = (await documents.get<string[]>('video', pk))!
          if (!value.includes(name)) await documents.put('video', pk, '', [...value, name], { ifVersion: version })
          return void added++
        } catch (error) {
          if (!(error instanceof VersionConflict) && !(error instanceof DriverUnavailable)) throw error
        }
      }
    }
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
    const trouble = (async () => {
      for (let round = 0; added < names.length; round++) {
        if (round % 2 === 0) proxy.set({ loseAnswerTo: pk }, 1)
        else proxy.cut()
        // However slow the machine is, something gets through between two faults.
        const before = added
        do await pause(150, undefined, { signal })
        while (added === before && added < names.length)
      }
    })()
    for (let index = 0; index < names.length; index += 4) await Promise.all(names.slice(index, index + 4).map(add))
    await trouble
    assert.deepEqual((await witness.get<string[]>('video', pk))!.value.toSorted(), names.toSorted())
  })

  test('what is cut midway is asked again: a range is whole', async () => {
    const pk = randomId(16)
    for (let index = 0; index < 30; index++) await witness.put('due', pk, String(index).padStart(2, '0'), 'x'.repeat(20_000))
    const lost = losingAnswers(pk)
    assert.equal((await documents.range('due', pk)).items.length, 30)
    lost()
  })

  test('refused: DriverUnavailable within the time of a call; well again when it is there', async () => {
    proxy.set('refuse')
    const start = performance.now()
    await assert.rejects(documents.put('video', randomId(16), '', 1, { ifVersion: 'absent' }), DriverUnavailable)
    await assert.rejects(documents.ping(), DriverUnavailable)
    assert.ok(performance.now() - start < 15_000)
    proxy.set('pass')
    const pk = randomId(16)
    await eventually('a put', () => documents.put('video', pk, '', 1, { ifVersion: 'absent' }).then(() => true, (error: unknown) => error instanceof VersionConflict))
    assert.equal((await documents.get('video', pk))!.value, 1)
  })

  test('silent: DriverUnavailable in time, and the connection is given up for a new one', async () => {
    proxy.set('silent')
    await assert.rejects(documents.get('video', 'x'), DriverUnavailable)
    await assert.rejects(documents.ping(), DriverUnavailable)
  })

  test('slow: answered', async () => {
    proxy.set({ slowMs: 300 })
    const pk = randomId(16)
    const version = await documents.put('video', pk, '', 1, { ifVersion: 'absent' })
    assert.equal((await documents.get('video', pk))!.version, version)
  })
})
