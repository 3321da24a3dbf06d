/** Opens the driver of the documents port that the settings name. */
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { CassandraOptions } from '../drivers/documents/cassandra/connect.ts'
import type { Documents } from '../ports/documents.ts'

/** On Cassandra no connection is opened: the cluster may be started later. Errors: DriverUnavailable (sqlite). */
export async function openDocuments(settings: Settings, log: Log): Promise<Documents> {
  if (settings.SLUICE_DOCUMENTS === 'cassandra') {
    const { openCassandraDocuments } = await import('../drivers/documents/cassandra/open.ts')
    const migrate = { replication: settings.SLUICE_CASSANDRA_REPLICATION }
    return openCassandraDocuments({ ...cassandraOptions(settings), ...(settings.SLUICE_CASSANDRA_MIGRATE === 'auto' && { migrate }) })
  }
  const { openSqliteDocuments } = await import('../drivers/documents/sqlite/open.ts')
  return openSqliteDocuments({ path: join(settings.SLUICE_DATA_DIR, 'documents.sqlite'), log })
}

/** The settings as the driver takes them. */
export function cassandraOptions(settings: Settings): CassandraOptions {
  return {
    contactPoints: settings.SLUICE_CASSANDRA_CONTACT_POINTS,
    dataCenter: settings.SLUICE_CASSANDRA_DATA_CENTER,
    keyspace: settings.SLUICE_CASSANDRA_KEYSPACE,
    username: settings.SLUICE_CASSANDRA_USERNAME,
    password: settings.SLUICE_CASSANDRA_PASSWORD,
    ...(settings.SLUICE_CASSANDRA_TLS === 'on' && { tls: { caFile: settings.SLUICE_CASSANDRA_CA_FILE || undefined } }),
  }
}
