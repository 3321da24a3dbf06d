/** File operations that outlive a power cut: a name is durable only once its directory was synced. */
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './file-errors.ts'

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Makes a directory and what is missing above it. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; ; made = dirname(made)) {
    await syncDirectory(dirname(made))
    if (made === first || made === dirname(made)) return
  }
}

/**
 * Gives a synced file its visible name, in one step. Deletes remove empty directories meanwhile, so a directory
 * that vanished between the two steps is made again.
 */
export async function publishFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await makeDirectory(dirname(to))
    try {
      await rename(from, to)
      return await syncDirectory(dirname(to))
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === 20) throw error
    }
  }
}

/** A new file with this content; fails if the name is taken. */
export async function writeNewFile(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
