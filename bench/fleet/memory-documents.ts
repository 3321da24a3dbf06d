/** The documents port in memory, with the latency of a store that is somewhere else. Values are handed out as they are: nobody changes what he read. */
import { VersionConflict } from '../../packages/server/src/base/errors.ts'
import { sleep } from '../../packages/server/src/base/time.ts'
import type { Condition, Documents, Page, Scanned, Stored } from '../../packages/server/src/ports/documents.ts'

type Entry = { value: unknown; version: string; expiresAtMs: number }

export type MemoryDocuments = Documents & {
  /** What is stored, at once. */
  peek<T>(table: string, pk: string, sk?: string): T | undefined
  /** Removes a partition, at once. */
  drop(table: string, pk: string): void
  /** Told of every write. */
  onPut: (table: string, value: unknown) => void
  calls: { reads: number; writes: number }
}

/** Of a write with a condition on three nodes, and of a read. */
const [writeMs, readMs] = [6, 2]

export function openMemoryDocuments(): MemoryDocuments {
  const tables = new Map<string, Map<string, Map<string, Entry>>>()
  let versions = 0

  const entryOf = (table: string, pk: string, sk: string): Entry | undefined => {
    const entry = tables.get(table)?.get(pk)?.get(sk)
    return entry && entry.expiresAtMs > Date.now() ? entry : undefined
  }
  const check = (table: string, pk: string, sk: string, condition: Condition): void => {
    if (condition === undefined) return
    if ((entryOf(table, pk, sk)?.version ?? 'absent') !== condition) throw new VersionConflict(`${table} ${pk} ${sk}`)
  }
  const put = (table: string, pk: string, sk: string, value: unknown, ttlSeconds = Infinity): string => {
    let partitions = tables.get(table)
    if (!partitions) tables.set(table, (partitions = new Map()))
    let documents = partitions.get(pk)
    if (!documents) partitions.set(pk, (documents = new Map()))
    const version = String(++versions)
    documents.set(sk, { value, version, expiresAtMs: Date.now() + ttlSeconds * 1000 })
    store.onPut(table, value)
    return version
  }
  const remove = (table: string, pk: string, sk: string): void => {
    const documents = tables.get(table)?.get(pk)
    documents?.delete(sk)
    if (documents?.size === 0) tables.get(table)!.delete(pk)
  }

  const store: MemoryDocuments = {
    calls: { reads: 0, writes: 0 },
    onPut: () => {},
    peek: <T>(table: string, pk: string, sk = '') => entryOf(table, pk, sk)?.value as T | undefined,
    drop: (table, pk) => void tables.get(table)?.delete(pk),
    async get<T>(table: string, pk: string, sk = '') {
      store.calls.reads++
      await sleep(readMs)
      const entry = entryOf(table, pk, sk)
      return entry && ({ sk, value: entry.value, version: entry.version } as Stored<T>)
    },
    async put(table, pk, sk, value, options = {}) {
      store.calls.writes++
      await sleep(writeMs)
      check(table, pk, sk, options.ifVersion)
      return put(table, pk, sk, value, options.ttlSeconds)
    },
    async delete(table, pk, sk, options = {}) {
      store.calls.writes++
      await sleep(writeMs)
      check(table, pk, sk, options.ifVersion)
      remove(table, pk, sk)
    },
    async range<T>(table: string, pk: string, { from, to, limit = 100, desc, cursor }: Parameters<Documents['range']>[2] = {}): Promise<Page<T>> {
      store.calls.reads++
      await sleep(readMs)
      const documents = tables.get(table)?.get(pk)
      if (!documents) return { items: [] }
      const keys = [...documents.keys()].filter((sk) => (from === undefined || sk >= from) && (to === undefined || sk < to) && entryOf(table, pk, sk)).sort()
      if (desc) keys.reverse()
      const after = cursor === undefined ? keys : keys.filter((sk) => (desc ? sk < cursor : sk > cursor))
      const items = after.slice(0, limit).map((sk) => ({ sk, value: documents.get(sk)!.value as T, version: documents.get(sk)!.version }))
      return { items, ...(after.length > limit && { cursor: items.at(-1)!.sk }) }
    },
    async batch(table, pk, operations) {
      store.calls.writes++
      await sleep(writeMs)
      for (const one of operations) 'put' in one ? check(table, pk, one.put.sk, one.put.ifVersion) : check(table, pk, one.delete.sk, one.delete.ifVersion)
      return operations.map((one) => ('put' in one ? put(table, pk, one.put.sk, one.put.value, one.put.ttlSeconds) : void remove(table, pk, one.delete.sk)))
    },
    // Only the daily backstop asks; nothing that it would find is older than the simulation.
    scan: async <T>() => ({ items: [] as Scanned<T>[] }),
    ping: async () => {},
    close: async () => {},
  }
  return store
}
