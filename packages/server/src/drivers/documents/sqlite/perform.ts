/** The documents driver's SQL: one function that performs any request on an open database. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { VersionConflict } from '../../../base/errors.ts'
import type { Bounds } from '../../../ports/documents-pages.ts'
import type { DocumentRequest, Row, Rows, WriteOperation } from './requests.ts'

/** A page ends early at this size: a thousand large documents must not fill the memory. */
const pageBytes = 8 * 2 ** 20

const alive = '(expires_at IS NULL OR expires_at > ?)'

/** VersionConflict is thrown before the request has written anything. */
export function performer(database: DatabaseSync): (request: DocumentRequest) => unknown {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    const made = database.prepare(sql)
    statements.set(sql, made)
    return made
  }

  const page = (sql: string, values: SQLInputValue[], limit: number): Rows => {
    const rows: Row[] = []
    let size = 0
    for (const row of prepare(sql).iterate(...values, limit + 1) as Iterable<Row>) {
      if (rows.length === limit || size >= pageBytes) return { rows, more: true }
      size += row.value.length
      rows.push(row)
    }
    return { rows, more: false }
  }

  const range = (table: string, pk: string, { from, above, below }: Bounds, limit: number, desc: boolean, nowMs: number): Rows => {
    const conditions = ['tbl = ?', 'pk = ?']
    const values: SQLInputValue[] = [table, pk]
    for (const [condition, value] of [['sk >= ?', from], ['sk > ?', above], ['sk < ?', below]] as const) {
      if (value === undefined) continue
      conditions.push(condition)
      values.push(value)
    }
    const sql = `SELECT pk, sk, value, version FROM documents WHERE ${conditions.join(' AND ')} AND ${alive} ORDER BY sk ${desc ? 'DESC' : 'ASC'} LIMIT ?`
    return page(sql, [...values, nowMs], limit)
  }

  const check = (table: string, pk: string, sk: string, condition: string | undefined, nowMs: number): void => {
    if (condition === undefined) return
    const found = prepare(`SELECT version FROM documents WHERE tbl = ? AND pk = ? AND sk = ? AND ${alive}`).get(table, pk, sk, nowMs)
    if ((found?.['version'] ?? 'absent') !== condition) throw new VersionConflict(`${table} ${pk} ${sk}: not the expected version`)
  }

  const write = (table: string, pk: string, operation: WriteOperation): void => {
    if ('put' in operation) {
      const { sk, json, version, expiresAt } = operation.put
      prepare(
        `INSERT INTO documents (tbl, pk, sk, value, version, expires_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`,
      ).run(table, pk, sk, json, version, expiresAt)
    } else prepare('DELETE FROM documents WHERE tbl = ? AND pk = ? AND sk = ?').run(table, pk, operation.delete.sk)
  }

  return (request) => {
    switch (request.kind) {
      case 'get':
        return prepare(`SELECT pk, sk, value, version FROM documents WHERE tbl = ? AND pk = ? AND sk = ? AND ${alive}`).get(
          request.table, request.pk, request.sk, request.nowMs,
        )
      case 'range':
        return range(request.table, request.pk, request.bounds, request.limit, request.desc, request.nowMs)
      case 'scan':
        return page(
          `SELECT pk, sk, value, version, expires_at AS expiresAt FROM documents WHERE tbl = ? AND (pk, sk) > (?, ?) AND ${alive} ORDER BY pk, sk LIMIT ?`,
          [request.table, ...request.after, request.nowMs],
          request.limit,
        )
      case 'write':
        for (const operation of request.operations) {
          const { sk, condition } = 'put' in operation ? operation.put : operation.delete
          check(request.table, request.pk, sk, condition, request.nowMs)
        }
        for (const operation of request.operations) write(request.table, request.pk, operation)
        return undefined
      case 'purge':
        return Number(
          prepare(
            `DELETE FROM documents WHERE (tbl, pk, sk) IN
               (SELECT tbl, pk, sk FROM documents WHERE expires_at IS NOT NULL AND expires_at <= ? LIMIT ?)`,
          ).run(request.nowMs, request.limit).changes,
        )
      case 'ping':
        return prepare('SELECT 1').get()
    }
  }
}
