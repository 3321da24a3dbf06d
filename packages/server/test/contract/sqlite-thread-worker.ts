/** A thread for the plumbing's test: notes on a small table, and every way to go wrong. */
import { workerData } from 'node:worker_threads'
import { VersionConflict } from '../../src/base/errors.ts'
import { openDatabase } from '../../src/drivers/sqlite-thread/open-database.ts'
import { serveRequests } from '../../src/drivers/sqlite-thread/serve-requests.ts'

export type NoteRequest = { kind: 'add'; text: string } | { kind: 'count' } | { kind: 'conflict' } | { kind: 'throw' } | { kind: 'die' } | { kind: 'limit'; pages: number }

const steps = ['CREATE TABLE notes (text TEXT NOT NULL)']

serveRequests<NoteRequest>(() => {
  const database = openDatabase((workerData as { path: string }).path, { synchronous: 'FULL', steps })
  const perform = (request: NoteRequest): unknown => {
    switch (request.kind) {
      case 'add':
        return Number(database.prepare('INSERT INTO notes VALUES (?)').run(request.text).lastInsertRowid)
      case 'count':
        return database.prepare('SELECT count(*) AS count FROM notes').get()!['count']
      case 'conflict':
        throw new VersionConflict('as asked')
      case 'throw':
        database.exec("INSERT INTO notes VALUES ('half done')")
        throw new Error('as asked')
      case 'die':
        process.exit(1)
      case 'limit':
        return void database.exec(`PRAGMA max_page_count = ${request.pages}`)
    }
  }
  return { database, work: { isRead: ({ kind }) => kind === 'count' || kind === 'limit', perform } }
})
