/** The CQL of every request, by table. The texts are few, so each is prepared once per node. */
import type { TableName } from '../../../domain/tables.ts'
import type { Bounds } from '../../../ports/documents-pages.ts'
import { cqlName } from './schema.ts'

export type Statement = { query: string; params: unknown[] }

/** What is written: the version and its conditions are part of it, so that it can be sent again. */
export type Write =
  | { kind: 'put'; sk: string; json: string; version: string; ttlSeconds: number; condition: string | undefined }
  | { kind: 'delete'; sk: string; condition: string | undefined }

/** No caller's key holds NUL: nothing is ever stored here. */
const nobodysKey = '\0'

/**
 * Puts are UPDATEs, never INSERTs: an INSERT would leave a row marker with a TTL of its own, and a document that expired
 * would still be there, empty.
 */
export function plainWrite(table: TableName, pk: string, write: Write): Statement {
  if (write.kind === 'delete') return { query: `DELETE FROM ${cqlName(table)} WHERE pk = ? AND sk = ?`, params: [pk, write.sk] }
  const query = `UPDATE ${cqlName(table)} USING TTL ? SET value = ?, version = ? WHERE pk = ? AND sk = ?`
  return { query, params: [write.ttlSeconds, write.json, write.version, pk, write.sk] }
}

/** As lightweight transactions; several together happen all or not at all. */
export function conditionalWrites(table: TableName, pk: string, writes: Write[]): Statement[] {
  if (writes.length === 1) return [conditionalWrite(table, pk, writes[0]!, true)]
  const statements = writes.map((write) => conditionalWrite(table, pk, write, false))
  if (writes.some((write) => write.condition !== undefined)) return statements
  // Deletes without conditions would be no transaction, and may not be mixed with such: this condition always holds.
  return [...statements, conditionalWrite(table, pk, { kind: 'delete', sk: nobodysKey, condition: 'absent' }, false)]
}

function conditionalWrite(table: TableName, pk: string, write: Write, alone: boolean): Statement {
  const expected = write.condition === 'absent' ? null : write.condition
  if (write.kind === 'delete') {
    const { query, params } = plainWrite(table, pk, write)
    if (expected !== undefined) return { query: `${query} IF version = ?`, params: [...params, expected] }
    return alone ? { query: `${query} IF EXISTS`, params } : { query, params }
  }
  const query = `UPDATE ${cqlName(table)} USING TTL ? SET value = ?, version = ?, replaced = ? WHERE pk = ? AND sk = ? IF version = ?`
  return { query, params: [write.ttlSeconds, write.json, write.version, expected ?? '', pk, write.sk, expected] }
}

export const readOne = (table: TableName, pk: string, sk: string): Statement => ({
  query: `SELECT sk, value, version FROM ${cqlName(table)} WHERE pk = ? AND sk = ?`,
  params: [pk, sk],
})

/** Their names, in a keyspace. */
export const tablesOf = (keyspace: string): Statement => ({ query: 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', params: [keyspace] })

/** For a serial read: which versions stand at these keys. */
export const readVersions = (table: TableName, pk: string, keys: string[]): Statement => ({
  query: `SELECT sk, version, replaced FROM ${cqlName(table)} WHERE pk = ? AND sk IN ?`,
  params: [pk, keys],
})

export function readRange(table: TableName, pk: string, { from, above, below }: Bounds, limit: number, desc: boolean, columns = 'pk, sk, value, version'): Statement {
  const bounds = ([['sk >= ?', from], ['sk > ?', above], ['sk < ?', below]] as const).filter(([, key]) => key !== undefined)
  const where = ['pk = ?', ...bounds.map(([condition]) => condition)].join(' AND ')
  const query = `SELECT ${columns} FROM ${cqlName(table)} WHERE ${where} ORDER BY sk ${desc ? 'DESC' : 'ASC'} LIMIT ?`
  return { query, params: [pk, ...bounds.map(([, key]) => key), limit] }
}

/** A scan tells how long a document will be there; ranges, which are read for people, don't ask. */
const scanned = 'pk, sk, value, version, TTL(version) AS left'

/** What is left of the partition that a scan's page ended in. */
export const readRest = (table: TableName, { pk, sk }: { pk: string; sk: string }, limit: number): Statement => readRange(table, pk, { above: sk }, limit, false, scanned)

/** Whole partitions after this one's, in the ring's order; all of them without one. */
export function readPartitionsAfter(table: TableName, pk: string | undefined, limit: number): Statement {
  const where = pk === undefined ? '' : ' WHERE token(pk) > token(?)'
  return { query: `SELECT ${scanned} FROM ${cqlName(table)}${where} LIMIT ?`, params: [...(pk === undefined ? [] : [pk]), limit] }
}
