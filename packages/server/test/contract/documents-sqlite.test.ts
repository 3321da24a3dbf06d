/** The embedded documents driver against the port's contract, and what is its own: damage, locks, expiry by its clock. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { documentsContract } from './documents.ts'
import { scratchDirectory } from './scratch-directory.ts'

documentsContract('SQLite', async () => {
  const { path: directory, remove } = await scratchDirectory()
  const open = () => openSqliteDocuments({ path: join(directory, 'documents.sqlite') })
  return { documents: await open(), reopen: open, close: remove }
})

describe('the SQLite file of documents', { timeout: 60_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  before(async () => {
    scratch = await scratchDirectory()
  })
  after(() => scratch.remove())

  test('a file that is no database, or of a newer schema, is DriverUnavailable', async () => {
    const garbage = join(scratch.path, 'garbage.sqlite')
    await writeFile(garbage, 'this is no database '.repeat(1000))
    await assert.rejects(openSqliteDocuments({ path: garbage }), DriverUnavailable)

    const newer = join(scratch.path, 'newer.sqlite')
    const database = new DatabaseSync(newer)
    database.exec('PRAGMA user_version = 1000')
    database.close()
    await assert.rejects(openSqliteDocuments({ path: newer }), { name: 'DriverUnavailable', message: /newer version/ })
  })

  test("a file that another program has locked is DriverUnavailable for writers, and well again afterwards", async () => {
    const path = join(scratch.path, 'locked.sqlite')
    const documents = await openSqliteDocuments({ path })
    const other = new DatabaseSync(path)
    try {
      other.exec('BEGIN IMMEDIATE')
      await assert.rejects(documents.put('due', 'a', 'b', 1), DriverUnavailable)
      assert.equal(await documents.get('due', 'a', 'b'), undefined)
      other.exec('ROLLBACK')
      await documents.put('due', 'a', 'b', 1)
      assert.equal((await documents.get('due', 'a', 'b'))!.value, 1)
    } finally {
      other.close()
      await documents.close()
    }
  })

  test('expiry follows the clock that was given', async () => {
    let now = 1_000_000
    const documents = await openSqliteDocuments({ path: join(scratch.path, 'clock.sqlite'), clock: () => now })
    try {
      await documents.put('session', 'a', '', 1, { ttlSeconds: 10 })
      now += 9_999
      assert.equal((await documents.get('session', 'a'))?.value, 1)
      assert.equal((await documents.scan('session')).items.length, 1)
      now += 1
      assert.equal(await documents.get('session', 'a'), undefined)
      assert.equal((await documents.scan('session')).items.length, 0)
    } finally {
      await documents.close()
    }
  })

  test('a page of large documents ends early, with a cursor', async () => {
    const documents = await openSqliteDocuments({ path: join(scratch.path, 'large.sqlite') })
    try {
      const large = 'x'.repeat(900_000)
      await Promise.all(Array.from({ length: 12 }, (_, index) => documents.put('due', 'a', String(index).padStart(2, '0'), large)))
      const first = await documents.range('due', 'a')
      assert.ok(first.items.length < 12)
      const second = await documents.range('due', 'a', { cursor: first.cursor })
      assert.equal(first.items.length + second.items.length, 12)
      assert.equal(second.cursor, undefined)
    } finally {
      await documents.close()
    }
  })
})
