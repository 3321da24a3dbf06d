/** Pages of documents that end by count, or by size: a thousand large documents must not fill the memory. */
import type { types } from 'cassandra-driver'
import type { Session } from './session.ts'
import type { Statement } from './statements.ts'

/** `left`: seconds until it expires, of what a scan meets. */
export type Row = { pk: string; sk: string; value: string; version: string; left?: number | null }
export type Rows = { rows: Row[]; more: boolean }

const pageBytes = 8 * 2 ** 20
/** Of the first request, while nothing is known of the documents' size. */
const firstRows = 64

/** `fetch` answers the next `count` documents after `last`, fewer only at the end. */
export async function readPage<Place>(limit: number, start: Place | undefined, fetch: (last: Row | Place | undefined, count: number) => Promise<Row[]>): Promise<Rows> {
  const rows: Row[] = []
  let bytes = 0
  for (let count = Math.min(limit + 1, firstRows); ; count = nextCount(limit + 1 - rows.length, bytes / rows.length, pageBytes - bytes)) {
    const met = await fetch(rows.at(-1) ?? start, count)
    for (const row of met) {
      if (rows.length === limit || bytes >= pageBytes) return { rows, more: true }
      bytes += row.value.length
      rows.push(row)
    }
    if (met.length < count) return { rows, more: false }
  }
}

const nextCount = (left: number, averageBytes: number, leftBytes: number): number => Math.max(1, Math.min(left, Math.ceil(leftBytes / Math.max(1, averageBytes))))

/** All of the answer: a node may cut it into pages of its own, as ScyllaDB does at a megabyte. */
export async function readRows(session: Session, statement: Statement, count: number): Promise<Row[]> {
  const rows: types.Row[] = []
  for await (const row of await session.send([statement], { fetchSize: count })) rows.push(row)
  return rows as unknown as Row[]
}
