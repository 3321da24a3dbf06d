/** One process per data directory: embedded signals and caches live in the process, so a second one would miss them. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process holds the data directory. */
export class DataDirectoryInUse extends Error {
  override name = 'DataDirectoryInUse'
}

/**
 * Takes the directory (made if absent) until the returned function is called or the process dies: an exclusive
 * SQLite transaction, because the operating system drops its lock with the process, which a pid file does not.
 */
export function lockDataDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 2000 })
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!/locked|busy/i.test((error as Error).message)) throw error
    throw new DataDirectoryInUse(`${directory} is in use by another sluice process`)
  }
  return () => database.close()
}
