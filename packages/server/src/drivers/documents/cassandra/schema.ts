/** The tables in CQL: one per table of domain/tables.ts, whose options follow from how it is written. */
import { tables, type TableName } from '../../../domain/tables.ts'

const hour = 3600
const defaultGraceSeconds = 10 * 24 * hour

/**
 * Lists that are emptied from their front or all over, and whose readers check each entry against the document that it points to,
 * or the time (a claim): a deleted entry that came back would do no harm. Their tombstones may go soon, so reads do not wade through them.
 * Not below Cassandra's hint window (3 h).
 */
const checkedLists: ReadonlySet<TableName> = new Set(['due', 'accountWork', 'accountUpload', 'claim', 'popular'])

/** `accountWork` → `account_work`: CQL folds case. */
export const cqlName = (table: TableName): string => table.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export const tableNames = Object.keys(tables) as TableName[]

/** `replaced` is the version that a conditional write took the place of: it tells a lost answer from a lost race. */
export function createTable(keyspace: string, table: TableName): string {
  const replaced = tables[table].conditional ? ' replaced text,' : ''
  return `CREATE TABLE IF NOT EXISTS ${keyspace}.${cqlName(table)} (pk text, sk text, value text, version text,${replaced} PRIMARY KEY (pk, sk))
    WITH gc_grace_seconds = ${checkedLists.has(table) ? 3 * hour : defaultGraceSeconds} AND compaction = ${compaction(table)}`
}

function compaction(table: TableName): string {
  // Rewritten in place, again and again: levels keep a read to few files and drop what was replaced.
  const levelled = tables[table].conditional || checkedLists.has(table)
  return levelled ? `{'class': 'LeveledCompactionStrategy'}` : `{'class': 'SizeTieredCompactionStrategy'}`
}
