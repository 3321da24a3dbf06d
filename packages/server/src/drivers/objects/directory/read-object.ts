/** Reading an object or a range of it into memory. */
import { open, type FileHandle } from 'node:fs/promises'
import { ObjectNotFound } from '../../../base/errors.ts'
import type { ByteRange } from '../../../ports/objects.ts'
import { codeOf } from './file-errors.ts'

/** More is read by signed URL, as a stream. */
export const readableBytes = 64 * 2 ** 20

/** ObjectNotFound when it is absent. The caller closes the file. */
export async function openObject(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw new ObjectNotFound('no such object', { cause: error })
    throw error
  }
}

/** A range that ends beyond the object is cut there; one that starts beyond it is a RangeError. */
export async function readObject(path: string, range: ByteRange | undefined, signal: AbortSignal | undefined): Promise<Uint8Array> {
  signal?.throwIfAborted()
  const file = await openObject(path)
  try {
    const { size } = await file.stat()
    const start = range?.start ?? 0
    const end = Math.min(range?.end ?? size - 1, size - 1)
    if (range && (start < 0 || start >= size || range.end < start)) throw new RangeError(`bytes ${start}-${range.end} of ${size}`)
    if (end - start + 1 > readableBytes) throw new RangeError(`at most ${readableBytes} bytes are read at once`)
    const buffer = Buffer.allocUnsafeSlow(end - start + 1)
    for (let filled = 0; filled < buffer.length; ) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled)
      if (bytesRead === 0) throw new Error('the object is shorter than it was')
      filled += bytesRead
    }
    return buffer
  } finally {
    await file.close()
  }
}
