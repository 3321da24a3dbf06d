/** The cache port in this process's memory, bounded in entries and in bytes. */
import { systemClock, type Clock } from '../../../base/time.ts'
import type { Cache } from '../../../ports/cache.ts'

type Entry = { json: string; expiresAt: number }

/** Values are kept as JSON text: that makes copies, and their size is known. The least recently used go first. */
export function openMemoryCache(options: { maxEntries: number; maxBytes?: number; clock?: Clock }): Cache {
  const clock = options.clock ?? systemClock
  const maxBytes = options.maxBytes ?? 64 * 2 ** 20
  /** In order of use: a Map iterates in insertion order, and a use inserts again. */
  const entries = new Map<string, Entry>()
  let size = 0

  const sizeOf = (key: string, entry: Entry): number => key.length + entry.json.length

  const remove = (key: string): void => {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    size -= sizeOf(key, entry)
  }

  const store = (key: string, entry: Entry): void => {
    remove(key)
    entries.set(key, entry)
    size += sizeOf(key, entry)
    for (const oldest of entries.keys()) {
      if (entries.size <= options.maxEntries && size <= maxBytes) return
      remove(oldest)
    }
  }

  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (!entry) return undefined
    if (entry.expiresAt <= clock()) {
      remove(key)
      return undefined
    }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  return {
    async get<T>(key: string) {
      const entry = find(key)
      return entry && (JSON.parse(entry.json) as T)
    },
    async set(key, value, ttlSeconds) {
      const json = JSON.stringify(value)
      if (json === undefined) throw new TypeError('a value is plain JSON')
      store(key, { json, expiresAt: clock() + ttlSeconds * 1000 })
    },
    async increment(key, by, ttlSeconds) {
      const entry = find(key)
      const count = entry ? Number(entry.json) : 0
      if (!Number.isFinite(count)) throw new TypeError(`${key} is no counter`)
      store(key, { json: String(count + by), expiresAt: entry?.expiresAt ?? clock() + ttlSeconds * 1000 })
      return count + by
    },
    async invalidate(keys) {
      for (const key of keys) remove(key)
    },
    async ping() {},
    async close() {
      entries.clear()
      size = 0
    },
  }
}
