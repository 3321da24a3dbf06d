/** The documents port on one SQLite file, in a thread of its own, with writes of many callers in one commit. */
import { randomId } from '../../../base/id.ts'
import type { Log } from '../../../base/log.ts'
import { systemClock, type Clock } from '../../../base/time.ts'
import type { BatchOperation, Documents, RangeQuery, Stored } from '../../../ports/documents.ts'
import { openSqliteThread, type SqliteThread } from '../../sqlite-thread/open.ts'
import { checkBatch, checkDeleteCondition, checkKey, checkLimit, checkPutCondition, checkRange, checkTtl, jsonOf, tableOf } from '../../../ports/documents-arguments.ts'
import { boundsOf, decodeScanCursor, encodeScanCursor } from '../../../ports/documents-pages.ts'
import { startPurge } from './purge.ts'
import type { DocumentRequest, Row, Rows, WriteOperation } from './requests.ts'

/** Rejects with DriverUnavailable when the file is locked by another program, damaged or of a newer schema. */
export async function openSqliteDocuments(options: { path: string; clock?: Clock; log?: Log }): Promise<Documents> {
  const clock = options.clock ?? systemClock
  const thread: SqliteThread<DocumentRequest> = await openSqliteThread<DocumentRequest>({
    entry: new URL('./documents-worker.ts', import.meta.url),
    name: 'documents',
    data: { path: options.path },
    log: options.log,
  })
  const stopPurge = startPurge(thread, clock, options.log)

  const writeOf = (table: string, operation: BatchOperation): WriteOperation => {
    if ('delete' in operation) {
      const { sk, ifVersion } = operation.delete
      checkKey(sk, 'sort')
      checkDeleteCondition(table, ifVersion)
      return { delete: { sk, condition: ifVersion } }
    }
    const { sk, value, ifVersion, ttlSeconds } = operation.put
    checkKey(sk, 'sort')
    checkPutCondition(table, ifVersion)
    checkTtl(ttlSeconds)
    const expiresAt = ttlSeconds === undefined ? null : Math.ceil(clock() + ttlSeconds * 1000)
    return { put: { sk, json: jsonOf(value), version: randomId(16), condition: ifVersion, expiresAt } }
  }

  const write = async (table: string, pk: string, operations: BatchOperation[]): Promise<(string | undefined)[]> => {
    tableOf(table)
    checkKey(pk, 'partition')
    const writes = operations.map((operation) => writeOf(table, operation))
    await thread.call({ kind: 'write', table, pk, operations: writes, nowMs: clock() })
    return writes.map((one) => ('put' in one ? one.put.version : undefined))
  }

  return {
    async get<T>(table: string, pk: string, sk = '') {
      tableOf(table)
      checkKey(pk, 'partition')
      checkKey(sk, 'sort')
      const row = await thread.call<Row | undefined>({ kind: 'get', table, pk, sk, nowMs: clock() })
      return row && storedOf<T>(row)
    },
    async put(table, pk, sk, value, { ifVersion, ttlSeconds } = {}) {
      return (await write(table, pk, [{ put: { sk, value, ifVersion, ttlSeconds } }]))[0]!
    },
    async delete(table, pk, sk, { ifVersion } = {}) {
      await write(table, pk, [{ delete: { sk, ifVersion } }])
    },
    async range<T>(table: string, pk: string, query: RangeQuery = {}) {
      tableOf(table)
      checkKey(pk, 'partition')
      checkRange(query)
      const { limit = 100, desc = false } = query
      checkLimit(limit)
      const { rows, more } = await thread.call<Rows>({ kind: 'range', table, pk, bounds: boundsOf(query), limit, desc, nowMs: clock() })
      return { items: rows.map((row) => storedOf<T>(row)), cursor: more ? rows.at(-1)!.sk : undefined }
    },
    async batch(table, pk, operations) {
      checkBatch(operations)
      return write(table, pk, operations)
    },
    async scan<T>(table: string, { cursor, limit = 100 }: { cursor?: string; limit?: number } = {}) {
      tableOf(table)
      checkLimit(limit)
      const after = decodeScanCursor(cursor)
      const nowMs = clock()
      const { rows, more } = await thread.call<Rows>({ kind: 'scan', table, after, limit, nowMs })
      const left = ({ expiresAt }: Row) => (typeof expiresAt === 'number' ? { ttlSeconds: (expiresAt - nowMs) / 1000 } : {})
      return { items: rows.map((row) => ({ pk: row.pk, ...storedOf<T>(row), ...left(row) })), cursor: more ? encodeScanCursor(rows.at(-1)!) : undefined }
    },
    async ping() {
      await thread.call({ kind: 'ping' })
    },
    async close() {
      await stopPurge()
      await thread.close()
    },
  }
}

function storedOf<T>(row: Row): Stored<T> {
  return { sk: row.sk, value: JSON.parse(row.value) as T, version: row.version }
}
