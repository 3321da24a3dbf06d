/** A resume store in the browser's localStorage. */
import type { ResumeRecord, ResumeStore } from './resume-store.ts'

const prefix = 'sluice-upload:'
const keptMs = 7 * 86_400_000

/** Records older than a week are removed when the store is opened: the server keeps no upload for so long. */
export function openLocalResumeStore(storage: Storage = localStorage): ResumeStore {
  const read = (name: string): ResumeRecord | undefined => {
    try {
      const record = JSON.parse(storage.getItem(name) ?? 'null') as ResumeRecord | null
      return record && typeof record.idempotencyKey === 'string' ? record : undefined
    } catch {
      return undefined
    }
  }
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index)!)
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (!((read(name)?.savedAt ?? 0) > Date.now() - keptMs)) storage.removeItem(name)
  }
  return {
    get: async (key) => read(prefix + key),
    async set(key, record) {
      try {
        storage.setItem(prefix + key, JSON.stringify(record))
      } catch {
        // Full or forbidden storage: the upload goes on, it only can't be resumed by another tab.
      }
    },
    delete: async (key) => storage.removeItem(prefix + key),
  }
}
