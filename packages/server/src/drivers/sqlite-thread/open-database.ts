/** Opens a SQLite file with the settings that our drivers rely on, and brings its schema up to date. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Schema = {
  /** Step n takes a file from `user_version` n to n + 1. Steps are never edited once released, only added. */
  steps: string[]
  /** FULL: a commit is on disk when it returns. NORMAL: a power cut may lose the last commits, never the file. */
  synchronous: 'FULL' | 'NORMAL'
}

/** Another program's lock on the file is waited for this long; it blocks the worker, never the event loop. */
const lockTimeoutMs = 5000

/** Throws for a file that is no database, is damaged, or was written by a newer version of this program. */
export function openDatabase(path: string, schema: Schema): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs })
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${schema.synchronous}; PRAGMA cache_size = -32000`)
    migrate(database, schema.steps)
    syncDirectory(dirname(path))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: DatabaseSync, steps: string[]): void {
  database.exec('BEGIN IMMEDIATE')
  const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (found > steps.length) throw new Error(`its schema is version ${found}, this program knows ${steps.length}: it was written by a newer version`)
  for (const step of steps.slice(found)) database.exec(step)
  database.exec(`PRAGMA user_version = ${steps.length}; COMMIT`)
}

/** The file's own name must outlive a power cut too. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
