/** A resume store in a directory, for Node: a small file for every unfinished upload. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResumeRecord, ResumeStore } from './resume-store.ts'

const keptMs = 7 * 86_400_000

/** Makes the directory (only its owner may look in) and removes records older than a week: no server keeps an upload for so long. */
export async function openFileResumeStore(directory: string): Promise<ResumeStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const pathOf = (key: string) => join(directory, `${createHash('sha256').update(key).digest('hex')}.json`)
  for (const name of await readdir(directory)) {
    const path = join(directory, name)
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs
    if (/^[0-9a-f]{64}\.json/.test(name) && changed !== undefined && changed < Date.now() - keptMs) await rm(path, { force: true })
  }
  return {
    async get(key) {
      try {
        const { record } = JSON.parse(await readFile(pathOf(key), 'utf8')) as { record: ResumeRecord }
        return typeof record.idempotencyKey === 'string' ? record : undefined
      } catch {
        return undefined
      }
    },
    async set(key, record) {
      const temporary = `${pathOf(key)}.${randomUUID()}`
      await writeFile(temporary, JSON.stringify({ key, record }), { mode: 0o600, flush: true })
      await rename(temporary, pathOf(key))
    },
    delete: async (key) => rm(pathOf(key), { force: true }),
  }
}
