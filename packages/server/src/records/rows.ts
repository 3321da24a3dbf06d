/** The values of a partition, in order, fetched page by page as they are asked for. */
import type { TableName } from '../domain/tables.ts'
import type { Documents } from '../ports/documents.ts'

export async function* rows<T>(documents: Documents, table: TableName, pk: string, query: { to?: string; desc?: boolean; cursor?: string } = {}): AsyncGenerator<T, undefined> {
  let cursor = query.cursor
  do {
    const page = await documents.range<T>(table, pk, { ...query, cursor, limit: 50 })
    for (const item of page.items) yield item.value
    cursor = page.cursor
  } while (cursor !== undefined)
  return undefined
}
