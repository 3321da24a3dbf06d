/** Writing and removing whole objects. */
import { open, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { randomId } from '../../../base/id.ts'
import { publishFile } from './durable.ts'
import { codeOf } from './file-errors.ts'

/** Written as a draft first: under its own name it is there whole or not at all. Of concurrent writers the last one stays. */
export async function putObject(drafts: string, path: string, body: Uint8Array | Readable, sizeBytes: number | undefined): Promise<void> {
  const draft = join(drafts, randomId(24))
  try {
    await writeDraft(draft, body, sizeBytes)
    await publishFile(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    // Also one that nobody began to read.
    if (!(body instanceof Uint8Array)) body.destroy()
  }
}

async function writeDraft(draft: string, body: Uint8Array | Readable, sizeBytes: number | undefined): Promise<void> {
  const file = await open(draft, 'wx', 0o600)
  try {
    let written = 0
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
      written += bytes.length
      if (sizeBytes !== undefined && written > sizeBytes) break
      await file.writeFile(bytes)
    }
    if (sizeBytes !== undefined && written !== sizeBytes) throw new RangeError(`the body is not of the given ${sizeBytes} bytes`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Removes the file and the directories that it leaves empty, up to the bucket. */
export async function deleteObject(bucketPath: string, path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
  }
  for (let directory = dirname(path); directory !== bucketPath; directory = dirname(directory)) {
    try {
      await rmdir(directory)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return
      // Absent: another delete was faster, and what is above may still be empty.
      if (code !== 'ENOENT') throw error
    }
  }
}
