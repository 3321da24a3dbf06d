/** Temporary files for upload tests. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of its own; `remove` takes it away with all that is in it. */
export async function scratchDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-sdk-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Random bytes in a file, and the sha256 of every part of it in base64. */
export async function randomFile(path: string, sizeBytes: number, partSizeBytes: number): Promise<string[]> {
  const bytes = randomBytes(sizeBytes)
  await writeFile(path, bytes)
  const hashes: string[] = []
  for (let from = 0; from < sizeBytes; from += partSizeBytes) {
    hashes.push(createHash('sha256').update(bytes.subarray(from, from + partSizeBytes)).digest('base64'))
  }
  return hashes
}

/** A file of that size that takes no room on the disk. */
export async function sparseFile(path: string, sizeBytes: number): Promise<void> {
  const handle = await open(path, 'w')
  await handle.truncate(sizeBytes)
  await handle.close()
}
