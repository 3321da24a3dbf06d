/** Named counters in one document, which many processes add to in batches; each batch counts once, however often it is sent. */
import type { Documents } from '../ports/documents.ts'
import { changeDocument, type DocumentPlace } from './change-document.ts'

export type Counts = Record<string, number>
/** What one process adds at once. A repetition has the same writer and sequence; sequences of a writer rise. */
export type CountsBatch = { writer: string; sequence: number; counts: Counts }

/** `applied`: what was added last by the writers that wrote last. */
type Counter = { counts: Counts; applied: { writer: string; sequence: number }[] }

/** A repetition that comes after so many other writers counts again. */
const writersRemembered = 16
/** Error codes come from outside: they take so many names of a document at most, which stays far below the port's limit. */
const mostErrors = 50
const otherErrors = 'error.other'

/** Adds a batch, and answers what is counted then. Rejects as changeDocument does; the same batch may then be sent again. */
export async function addCounts(documents: Documents, place: DocumentPlace, batch: CountsBatch, ttlSeconds?: number): Promise<Counts> {
  const { writer, sequence } = batch
  const change = (stored: Counter = { counts: {}, applied: [] }): Counter | undefined => {
    if ((stored.applied.find((one) => one.writer === writer)?.sequence ?? -1) >= sequence) return undefined
    const applied = [{ writer, sequence }, ...stored.applied.filter((one) => one.writer !== writer)].slice(0, writersRemembered)
    return { counts: joinCounts(stored.counts, batch.counts), applied }
  }
  return (await changeDocument<Counter>(documents, place, change, { ttlSeconds }))!.counts
}

/** Name by name; error codes beyond the limit are counted as `error.other`. */
export function joinCounts(to: Counts, add: Counts): Counts {
  const sum = new Map<string, number>()
  let errors = 0
  for (const [given, count] of [...Object.entries(to), ...Object.entries(add)]) {
    const isNewError = given.startsWith('error.') && given !== otherErrors && !sum.has(given)
    const name = isNewError && errors === mostErrors - 1 ? otherErrors : given
    if (isNewError && name === given) errors++
    sum.set(name, (sum.get(name) ?? 0) + count)
  }
  return Object.fromEntries(sum)
}

/** The counters of a range of a partition, each with its sort key. */
export async function* readCounts(documents: Documents, table: DocumentPlace['table'], pk: string): AsyncGenerator<{ sk: string; counts: Counts }> {
  let cursor: string | undefined
  do {
    const page = await documents.range<Counter>(table, pk, { limit: 1000, cursor })
    for (const { sk, value } of page.items) yield { sk, counts: value.counts }
    cursor = page.cursor
  } while (cursor !== undefined)
}
