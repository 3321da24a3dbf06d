/** Makes the keyspace and the tables that are missing. Forward only: nothing is ever dropped or changed. */
import type { Client, Host } from 'cassandra-driver'
import { DriverUnavailable } from '../../../base/errors.ts'
import type { TableName } from '../../../domain/tables.ts'
import { connect, type CassandraOptions } from './connect.ts'
import { unavailable } from './failures.ts'
import { cqlName, createTable, tableNames } from './schema.ts'
import { tablesOf } from './statements.ts'

export type MigrateOptions = CassandraOptions & {
  /** Replicas in the data center of a keyspace that is made. One that is there stays as it is. */
  replication: number
  /** Those that this version knows, by default. */
  tables?: TableName[]
}

/**
 * Safe to run again, and by several processes and versions at once: each makes only what is missing, and all of one data
 * center send it to the same node, which does one change after the other. Answers the tables that were made. DriverUnavailable.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { keyspace, dataCenter, replication, tables = tableNames } = options
  let client: Client | undefined
  try {
    client = await connect(options)
    const found = await existingTables(client, keyspace)
    const missing = tables.filter((table) => !found.has(cqlName(table)))
    if (missing.length === 0) return []
    await change(client, dataCenter, `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', '${dataCenter}': ${replication}}`)
    const made: string[] = []
    for (const table of missing) {
      // Each change takes a while to reach all nodes: what another process made meanwhile is left out.
      if ((await existingTables(client, keyspace)).has(cqlName(table))) continue
      await change(client, dataCenter, createTable(keyspace, table))
      made.push(cqlName(table))
    }
    return made
  } catch (error) {
    throw error instanceof DriverUnavailable ? error : unavailable('tables could not be made', error)
  } finally {
    await client?.shutdown().catch(() => {})
  }
}

async function existingTables(client: Client, keyspace: string): Promise<Set<string>> {
  const { query, params } = tablesOf(keyspace)
  const { rows } = await client.execute(query, params)
  return new Set(rows.map((row) => row['table_name'] as string))
}

/** The client waits until all nodes have the same schema: a table that some do not know yet can't be written. */
async function change(client: Client, dataCenter: string, query: string): Promise<void> {
  const { info } = await client.execute(query, [], { prepare: false, readTimeout: 20_000, host: firstHost(client.hosts.values(), dataCenter) })
  // Part of the answer, though its types do not name it.
  if (!(info as { isSchemaInAgreement?: boolean }).isSchemaInAgreement) throw new DriverUnavailable('the nodes do not agree on the schema yet')
}

/** The same for every process that sees the same nodes. The client sends nothing to nodes of other data centers, even when told to. */
export function firstHost(hosts: Host[], dataCenter: string): Host | undefined {
  const near = hosts.filter((host) => host.datacenter === dataCenter && host.isUp())
  return near.toSorted((a, b) => (a.address < b.address ? -1 : 1))[0]
}
