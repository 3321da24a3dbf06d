/** Walks a bucket in key order. */
import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectInfo } from '../../../ports/objects.ts'
import { codeOf } from './file-errors.ts'
import { fileMark } from './paths.ts'

export const pageObjects = 1000

/** Up to `pageObjects` objects after `cursor` (exclusive) whose keys start with the prefix. */
export async function listObjects(bucketPath: string, prefix: string, cursor: string | undefined): Promise<{ items: ObjectInfo[]; cursor?: string }> {
  const items: ObjectInfo[] = []
  for await (const key of walk(bucketPath, '', prefix, cursor)) {
    if (items.length === pageObjects) return { items, cursor: items.at(-1)!.key }
    const info = await statObject(join(bucketPath, key + fileMark), key)
    if (info) items.push(info)
  }
  return { items }
}

/** Size and ETag; undefined when it is absent. Objects never change, so inode, time and size name the bytes. */
export async function statObject(path: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    return infoOf(await stat(path, { bigint: true }), key)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

export function infoOf(stats: BigIntStats, key: string): ObjectInfo {
  const etag = `"${stats.mtimeNs.toString(36)}-${stats.ino.toString(36)}-${stats.size.toString(36)}"`
  return { key, sizeBytes: Number(stats.size), etag, modifiedAt: Number(stats.mtimeMs) }
}

/** Keys below `under` ('' or ending in "/"). Key characters are ASCII, so string order is byte order. */
async function* walk(bucketPath: string, under: string, prefix: string, after: string | undefined): AsyncGenerator<string> {
  const entries = (await entriesOf(join(bucketPath, under)))
    .map((entry) => under + (entry.isDirectory() ? `${entry.name}/` : entry.name.slice(0, -fileMark.length)))
    .sort()
  for (const key of entries) {
    if (key.endsWith('/')) {
      const wanted = key.startsWith(prefix) || prefix.startsWith(key)
      // A directory whose keys all lie before the cursor is not entered.
      if (wanted && (after === undefined || key > after || after.startsWith(key))) yield* walk(bucketPath, key, prefix, after)
    } else if (key.startsWith(prefix) && (after === undefined || key > after)) yield key
  }
}

async function entriesOf(path: string) {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(fileMark))
  } catch (error) {
    // Removed under our feet with its last object, or a prefix below which there is nothing.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}
