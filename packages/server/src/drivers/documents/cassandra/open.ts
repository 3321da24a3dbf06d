/** The documents port on Apache Cassandra or ScyllaDB, by CQL. */
import { DriverUnavailable } from '../../../base/errors.ts'
import { randomId } from '../../../base/id.ts'
import { tables, type TableName } from '../../../domain/tables.ts'
import { checkBatch, checkDeleteCondition, checkKey, checkLimit, checkPutCondition, checkRange, checkTtl, jsonOf, tableOf } from '../../../ports/documents-arguments.ts'
import { boundsOf, decodeScanCursor, encodeScanCursor } from '../../../ports/documents-pages.ts'
import type { BatchOperation, Documents, RangeQuery, Stored } from '../../../ports/documents.ts'
import { openClusterClock } from './cluster-clock.ts'
import { connect, defaultCallTimeoutMs, type CassandraOptions } from './connect.ts'
import { migrate } from './migrate.ts'
import { cqlName, tableNames } from './schema.ts'
import { readPage, readRows, type Row, type Rows } from './read-page.ts'
import { openSession } from './session.ts'
import { plainWrite, readOne, readPartitionsAfter, readRange, readRest, tablesOf, type Write } from './statements.ts'
import { makeTurns } from './turns.ts'
import { writeConditionally } from './write-conditionally.ts'

/** Cassandra's longest. */
const longestTtlSeconds = 20 * 365 * 86_400
type Place = { pk: string; sk: string }

const pingTimeoutMs = 2500

export type CassandraDocumentsOptions = CassandraOptions & {
  /** Makes missing tables (and the keyspace, with so many replicas) before the first call; otherwise they have to be there. */
  migrate?: { replication: number }
}

/** Opens at once: a cluster that can't be reached is told by the calls (DriverUnavailable), and found when it comes. */
export function openCassandraDocuments(options: CassandraDocumentsOptions): Documents {
  let migrated = options.migrate === undefined
  let hasTables = false
  const session = openSession({
    callTimeoutMs: options.callTimeoutMs ?? defaultCallTimeoutMs,
    async connect() {
      if (!migrated) await migrate({ ...options, ...options.migrate! })
      migrated = true
      return connect(options, options.keyspace)
    },
  })
  const clock = openClusterClock(() => session.send([{ query: 'SELECT toTimestamp(now()) AS now FROM system.local', params: [] }]).then((result) => (result.first()['now'] as Date).getTime()))
  const turns = makeTurns()

  const writeOf = (table: string, operation: BatchOperation): Write => {
    if ('delete' in operation) {
      const { sk, ifVersion } = operation.delete
      checkKey(sk, 'sort')
      checkDeleteCondition(table, ifVersion)
      return { kind: 'delete', sk, condition: ifVersion }
    }
    const { sk, value, ifVersion, ttlSeconds } = operation.put
    checkKey(sk, 'sort')
    checkPutCondition(table, ifVersion)
    checkTtl(ttlSeconds)
    return { kind: 'put', sk, json: jsonOf(value), version: randomId(16), ttlSeconds: Math.min(longestTtlSeconds, Math.ceil(ttlSeconds ?? 0)), condition: ifVersion }
  }

  /** Of one partition, so it is one mutation. Sent again with the same timestamp: later writes of others still win. */
  const writePlainly = async (table: TableName, pk: string, writes: Write[]): Promise<void> => {
    const statements = writes.map((write) => plainWrite(table, pk, write))
    let timestamp: number | undefined
    await session.repeat(`${table} ${pk}`, async () => session.send(statements, { timestamp: (timestamp ??= await clock.nextTimestamp()) }))
  }

  const write = async (table: string, pk: string, operations: BatchOperation[]): Promise<(string | undefined)[]> => {
    tableOf(table)
    checkKey(pk, 'partition')
    const name = table as TableName
    const writes = operations.map((operation) => writeOf(table, operation))
    const deadline = session.deadline()
    if (tables[name].conditional) await turns.take(`${table} ${pk}`, () => writeConditionally(session, name, pk, writes, deadline))
    else await writePlainly(name, pk, writes)
    return writes.map((one) => (one.kind === 'put' ? one.version : undefined))
  }

  const rangePage = (table: TableName, pk: string, query: RangeQuery, limit: number): Promise<Rows> =>
    session.repeat(`${table} ${pk}`, () =>
      readPage(limit, query.cursor === undefined ? undefined : { sk: query.cursor }, (last, count) =>
        readRows(session, readRange(table, pk, boundsOf({ ...query, cursor: last?.sk }), count, query.desc ?? false), count),
      ),
    )

  /** The rest of the partition in which the page before ended, then those after it in the ring's order. */
  const scanPage = (table: TableName, start: Place | undefined, limit: number): Promise<Rows> =>
    session.repeat(`scan of ${table}`, () =>
      readPage(limit, start, async (last, count) => {
        const rest = last ? await readRows(session, readRest(table, last, count), count) : []
        const left = count - rest.length
        return left === 0 ? rest : [...rest, ...(await readRows(session, readPartitionsAfter(table, last?.pk, left), left))]
      }),
    )

  return {
    async get<T>(table: string, pk: string, sk = '') {
      tableOf(table)
      checkKey(pk, 'partition')
      checkKey(sk, 'sort')
      const { rows } = await session.repeat(`${table} ${pk}`, () => session.send([readOne(table as TableName, pk, sk)]))
      return rows[0] && storedOf<T>(rows[0] as unknown as Row)
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
      const { limit = 100 } = query
      checkLimit(limit)
      const { rows, more } = await rangePage(table as TableName, pk, query, limit)
      return { items: rows.map((row) => storedOf<T>(row)), cursor: more ? rows.at(-1)!.sk : undefined }
    },
    async batch(table, pk, operations) {
      checkBatch(operations)
      return write(table, pk, operations)
    },
    async scan<T>(table: string, { cursor, limit = 100 }: { cursor?: string; limit?: number } = {}) {
      tableOf(table)
      checkLimit(limit)
      const [pk, sk] = decodeScanCursor(cursor)
      const { rows, more } = await scanPage(table as TableName, cursor === undefined ? undefined : { pk, sk }, limit)
      return { items: rows.map((row) => ({ pk: row.pk, ...storedOf<T>(row), ...(row.left && { ttlSeconds: row.left }) })), cursor: more ? encodeScanCursor(rows.at(-1)!) : undefined }
    },
    /** Not before every table of this version is there: a rollout that got ahead of its migration waits for it. */
    async ping() {
      if (!hasTables) {
        const { rows } = await session.repeat('ping', () => session.send([tablesOf(options.keyspace)], { readTimeout: pingTimeoutMs }), 0)
        const missing = tableNames.map(cqlName).filter((name) => !rows.some((row) => row['table_name'] === name))
        if (missing.length > 0) throw new DriverUnavailable(`no ${missing.join(', ')} in ${options.keyspace}; \`sluice admin migrate\` makes what is missing`)
        hasTables = true
      }
      await session.repeat('ping', () => session.send([readOne('installation', 'ping', '')], { readTimeout: pingTimeoutMs }), 0)
    },
    close: () => session.close(),
  }
}

function storedOf<T>(row: Row): Stored<T> {
  return { sk: row.sk, value: JSON.parse(row.value) as T, version: row.version }
}
