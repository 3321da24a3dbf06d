/**
 * A cached body as a file: a line of JSON with its name, headers, length and CRC-32, then the bytes. Written beside its
 * place and renamed. Nothing is synced: a power cut may leave a file empty or torn, which length and checksum tell when it
 * is read, and a cache may lose an entry.
 */
import { open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

export type CachedBody = { body: Buffer; etag: string; mediaType: string; cacheControl: string; storedAt: number }

/** The first line. `crc` is of the body; `head` counts the line's bytes with its line feed. */
export type CachedFile = { name: string; etag: string; mediaType: string; cacheControl: string; storedAt: number; length: number; crc: number }
export type Placed = CachedFile & { path: string; headBytes: number }

const longestHead = 4096

/** Rejects with the file system's errors; nothing is left beside its place then. */
export async function writeCachedFile(path: string, name: string, content: CachedBody): Promise<Placed> {
  const { body, etag, mediaType, cacheControl, storedAt } = content
  const file: CachedFile = { name, etag, mediaType, cacheControl, storedAt, length: body.length, crc: crc32(body) }
  const head = Buffer.from(`${JSON.stringify(file)}\n`)
  const draft = `${path}.draft`
  try {
    const handle = await open(draft, 'w', 0o600)
    try {
      await handle.writev([head, body])
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  return { ...file, path, headBytes: head.length }
}

/**
 * The body, in memory of its own or at the start of `into`; undefined when the file is gone or its bytes are not those that
 * were written. Rejects with other errors of the file system.
 */
export async function readCachedBody(placed: Placed, into?: Buffer): Promise<CachedBody | undefined> {
  const bytes = await readAt(placed, into ?? Buffer.allocUnsafeSlow(placed.length))
  return bytes && crc32(bytes) === placed.crc ? { ...placed, body: bytes } : undefined
}

/** What a file left by an earlier process holds, by its first line and its size; undefined for anything else. */
export async function readCachedHead(path: string): Promise<Placed | undefined> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(longestHead), 0, longestHead, 0)
    const end = buffer.subarray(0, bytesRead).indexOf(10)
    const file = end < 0 ? undefined : parseHead(buffer.toString('utf8', 0, end))
    if (!file || (await handle.stat()).size !== end + 1 + file.length) return undefined
    return { ...file, path, headBytes: end + 1 }
  } finally {
    await handle.close()
  }
}

function parseHead(text: string): CachedFile | undefined {
  try {
    const value = JSON.parse(text) as CachedFile
    const texts = [value.name, value.etag, value.mediaType, value.cacheControl].every((one) => typeof one === 'string' && !/[\r\n]/.test(one))
    return texts && [value.length, value.crc, value.storedAt].every((one) => Number.isSafeInteger(one) && one >= 0) ? value : undefined
  } catch {
    return undefined
  }
}

/** One positioned read; undefined when the file is shorter or gone. */
async function readAt({ path, headBytes, length }: Placed, into: Buffer): Promise<Buffer | undefined> {
  try {
    const handle = await open(path, 'r')
    try {
      const { bytesRead } = await handle.read(into, 0, length, headBytes)
      return bytesRead === length ? into.subarray(0, length) : undefined
    } finally {
      await handle.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
