/** Copies every document, and proves it: count and digest of each table on both sides. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { VersionConflict } from '../base/errors.ts'
import { tables, type TableName } from '../domain/tables.ts'
import type { Documents, Scanned } from '../ports/documents.ts'
import { eachAtOnce, TransferRefused, type TransferDeps, type TransferOptions } from './deps.ts'
import { isMark } from './mark.ts'

const pageSize = 500
const writesAtOnce = 16

/** Of the moment, and forgotten by themselves. */
const leftOut: ReadonlySet<string> = new Set(['claim'])

export type TableDigest = { count: number; sha256: string }

/** Answers count and digest of each table, of what does not expire. TransferRefused when the two sides differ at the end. */
export async function copyDocuments(deps: TransferDeps, options: Pick<TransferOptions, 'again'>): Promise<Record<string, TableDigest>> {
  const digests: Record<string, TableDigest> = {}
  let done = 0
  for (const table of Object.keys(tables) as TableName[]) {
    if (leftOut.has(table)) continue
    const tell = () => deps.onProgress({ step: 'documents', what: table, done: ++done, bytes: 0 })
    await eachAtOnce(scanAll(deps.from.documents, table, deps.signal), writesAtOnce, async (document) => {
      await copyOne(deps.to.documents, table, document)
      tell()
    })
    if (options.again) await removeOthers(deps, table)
    const [there, here] = [await digestOf(deps.to.documents, table, deps.signal), await digestOf(deps.from.documents, table, deps.signal)]
    if (!isDeepStrictEqual(there, here)) {
      throw new TransferRefused(`Table ${table}: ${here.count} documents at the source, ${there.count} at the destination${here.count === there.count ? ', with other contents' : ''}. Did the source change meanwhile? Run it again.`)
    }
    digests[table] = here
  }
  return digests
}

/** The source wins over what an earlier try left. */
async function copyOne(to: Documents, table: TableName, { pk, sk, value, ttlSeconds }: Scanned<unknown>): Promise<void> {
  const expiry = ttlSeconds === undefined ? {} : { ttlSeconds: Math.max(1, ttlSeconds) }
  const found = await to.get(table, pk, sk)
  if (found && ttlSeconds === undefined && isDeepStrictEqual(found.value, value)) return
  try {
    await to.put(table, pk, sk, value, { ...(tables[table].conditional && { ifVersion: found?.version ?? 'absent' }), ...expiry })
  } catch (error) {
    if (error instanceof VersionConflict) throw new TransferRefused(`Somebody else writes to the destination (table ${table}): it must not be served yet.`)
    throw error
  }
}

async function removeOthers({ from, to, signal }: TransferDeps, table: TableName): Promise<void> {
  await eachAtOnce(scanAll(to.documents, table, signal), writesAtOnce, async ({ pk, sk }) => {
    if (!(await from.documents.get(table, pk, sk))) await to.documents.delete(table, pk, sk)
  })
}

async function* scanAll(documents: Documents, table: TableName, signal: AbortSignal): AsyncGenerator<Scanned<unknown>> {
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await documents.scan<unknown>(table, { cursor, limit: pageSize })
    for (const item of page.items) if (!isMark(table, item)) yield item
    cursor = page.cursor
  } while (cursor !== undefined)
}

/** Whatever the order: the sum of the documents' hashes. Those that expire are left out, since they go while it is made. */
async function digestOf(documents: Documents, table: TableName, signal: AbortSignal): Promise<TableDigest> {
  let [count, sum] = [0, 0n]
  for await (const { pk, sk, value, ttlSeconds } of scanAll(documents, table, signal)) {
    if (ttlSeconds !== undefined) continue
    count++
    sum += BigInt(`0x${createHash('sha256').update(JSON.stringify([pk, sk, value])).digest('hex')}`)
  }
  return { count, sha256: BigInt.asUintN(256, sum).toString(16).padStart(64, '0') }
}
