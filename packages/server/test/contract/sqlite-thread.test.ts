/** The SQLite thread: groups, isolation of a bad request, a full disk, a thread that dies. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DriverUnavailable, VersionConflict } from '../../src/base/errors.ts'
import { openSqliteThread, type SqliteThread } from '../../src/drivers/sqlite-thread/open.ts'
import { scratchDirectory } from './scratch-directory.ts'
import type { NoteRequest } from './sqlite-thread-worker.ts'

describe('a SQLite thread', { timeout: 60_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let thread: SqliteThread<NoteRequest>
  before(async () => {
    scratch = await scratchDirectory()
    const entry = new URL('./sqlite-thread-worker.ts', import.meta.url)
    thread = await openSqliteThread<NoteRequest>({ entry, name: 'notes', data: { path: join(scratch.path, 'notes.sqlite') } })
  })
  after(async () => {
    await thread.close()
    await scratch.remove()
  })
  const add = (text = 'x') => thread.call<number>({ kind: 'add', text })
  const count = () => thread.call<number>({ kind: 'count' })

  test('requests of one moment are answered each with its own', async () => {
    const rows = await Promise.all(Array.from({ length: 2500 }, () => add()))
    assert.equal(new Set(rows).size, 2500)
    assert.equal(await count(), 2500)
  })

  test("a conflict and an error are one request's own; what an error half did is undone", async () => {
    const start = await count()
    const outcomes = await Promise.allSettled([add(), thread.call({ kind: 'conflict' }), add(), thread.call({ kind: 'throw' }), add()])
    assert.deepEqual(outcomes.map((one) => one.status), ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    assert.ok((outcomes[1] as PromiseRejectedResult).reason instanceof VersionConflict)
    assert.ok((outcomes[3] as PromiseRejectedResult).reason instanceof DriverUnavailable)
    assert.equal(await count(), start + 3)
  })

  test('a full disk is DriverUnavailable, undoes what it interrupted, and passes when there is room again', async () => {
    const start = await count()
    await thread.call({ kind: 'limit', pages: 1 })
    await assert.rejects(add('y'.repeat(100_000)), { name: 'DriverUnavailable', message: /full/ })
    assert.equal(await count(), start)
    await thread.call({ kind: 'limit', pages: 1_000_000 })
    await add('y'.repeat(100_000))
    assert.equal(await count(), start + 1)
  })

  test('a thread that dies takes its requests with it, and the next request finds a new one', async () => {
    const start = await count()
    await assert.rejects(thread.call({ kind: 'die' }), DriverUnavailable)
    await add()
    assert.equal(await count(), start + 1)
  })

  test('close finishes what was asked before; afterwards everything is refused', async () => {
    const start = await count()
    const asked = Array.from({ length: 50 }, () => add())
    await thread.close()
    await Promise.all(asked)
    await assert.rejects(count(), DriverUnavailable)
    const entry = new URL('./sqlite-thread-worker.ts', import.meta.url)
    thread = await openSqliteThread<NoteRequest>({ entry, name: 'notes', data: { path: join(scratch.path, 'notes.sqlite') } })
    assert.equal(await count(), start + 50)
  })
})
