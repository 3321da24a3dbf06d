/** Makes the driver's directory ready at start: nothing of a process that died is in the way. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../base/time.ts'
import { makeDirectory } from './durable.ts'
import { codeOf } from './file-errors.ts'
import type { Paths } from './paths.ts'

/** Beyond the longest expiry of an upload (30 days): one so old was made just before a crash, and nobody knows its id. */
const orphanMs = 60 * 86_400_000

/** Removes drafts, uploads that were never quite made, and uploads that nothing has written to for 60 days. */
export async function prepareDirectory(paths: Paths, clock: Clock): Promise<void> {
  await rm(paths.drafts, { recursive: true, force: true })
  for (const path of [paths.bucket('raw'), paths.bucket('encoded'), paths.drafts, paths.uploads]) await makeDirectory(path)
  for (const name of await readdir(paths.uploads)) {
    const directory = join(paths.uploads, name)
    const upload = paths.upload(name)
    const made = upload && (await exists(upload.shape)) && (await exists(upload.data)) && (await exists(upload.parts))
    const touchedMs = made ? Math.max((await stat(upload.data)).mtimeMs, (await stat(upload.parts)).mtimeMs) : 0
    if (touchedMs < clock() - orphanMs) await rm(directory, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
