/** What `sluice admin migrate` does: makes what the stores that the settings name need and lack. */
import type { Settings } from '../config/settings.ts'
import { cassandraOptions } from './open-documents.ts'

/** Answers what was made, a line each. Safe to run again and by several versions at once. DriverUnavailable. */
export async function migrate(settings: Settings): Promise<string[]> {
  // The embedded stores bring themselves up to date when they are opened.
  if (settings.SLUICE_DOCUMENTS !== 'cassandra') return []
  const { migrate: makeTables } = await import('../drivers/documents/cassandra/migrate.ts')
  const made = await makeTables({ ...cassandraOptions(settings), replication: settings.SLUICE_CASSANDRA_REPLICATION })
  return made.map((table) => `table ${settings.SLUICE_CASSANDRA_KEYSPACE}.${table}`)
}
