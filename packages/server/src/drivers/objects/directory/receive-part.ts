/** Takes the bytes of one part to their place in the upload's file, and records the part once they are durable. */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type { Part } from '../../../ports/objects.ts'
import { packetsPassed } from '../../../base/collect-young.ts'
import { sleep } from '../../../base/time.ts'
import type { Upload, Writer } from './uploads.ts'

export type PartRefusal = 'part_too_large' | 'part_too_small' | 'part_checksum_mismatch' | 'upload_finished'

/** The part was not recorded, and the client can know why. */
export class PartRefused extends Error {
  override name = 'PartRefused'
  readonly code: PartRefusal
  constructor(code: PartRefusal) {
    super(code)
    this.code = code
  }
}

/** Written in pieces of about this size: a system call per network packet would cost more than the copy. */
const pieceBytes = 2 ** 20
/** Pairs that no part uses at the moment. Packets are copied into them: kept until they are written, they would outlive collections. */
const pieces: [Buffer, Buffer][] = []
const keptPairs = 8
const takePieces = (): [Buffer, Buffer] => pieces.pop() ?? [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)]
/** A PUT without a byte for this long gives way to a newer one of the same part: its client is likely gone. */
const yieldAfterMs = 5000

/**
 * `abort` must make `body` end with an error. PUTs of one part take turns; the last one to finish is what is kept.
 * Memory: two pieces. Nothing outside of the part's own range is ever written.
 */
export async function receivePart(
  upload: Upload,
  part: { partNumber: number; sizeBytes: number; checksumSha256?: string },
  body: AsyncIterable<Buffer>,
  abort: () => void,
): Promise<Part> {
  const writer = await takeTurn(upload, part.partNumber, abort)
  try {
    const file = await open(upload.data, 'r+')
    try {
      const sha256 = await writeBody(upload, part, body, file, writer)
      await file.datasync()
      const stored = { partNumber: part.partNumber, sizeBytes: part.sizeBytes, etag: `"${sha256}"` }
      await upload.addPart(stored)
      return stored
    } finally {
      await file.close()
    }
  } finally {
    writer.end()
  }
}

async function takeTurn(upload: Upload, partNumber: number, abort: () => void): Promise<Writer & { end: () => void }> {
  for (let other: Writer | undefined; (other = upload.writers.get(partNumber)); ) {
    if (performance.now() - other.lastByteAt > yieldAfterMs) other.abort()
    const patience = new AbortController()
    await Promise.race([other.done, sleep(1000, patience.signal)])
    patience.abort()
  }
  if (upload.closing) throw new PartRefused('upload_finished')
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const writer = {
    lastByteAt: performance.now(),
    abort,
    done,
    end: () => {
      upload.writers.delete(partNumber)
      resolve()
    },
  }
  upload.writers.set(partNumber, writer)
  return writer
}

/** The hex SHA-256 of exactly `sizeBytes` bytes, all of them written. The old record goes before the first byte is overwritten. */
async function writeBody(
  upload: Upload,
  part: { partNumber: number; sizeBytes: number; checksumSha256?: string },
  body: AsyncIterable<Buffer>,
  file: FileHandle,
  writer: Writer,
): Promise<string> {
  const start = (part.partNumber - 1) * upload.shape.partSizeBytes
  const hash = createHash('sha256')
  let received = 0
  let [piece, spare] = takePieces()
  let filled = 0
  let written = start
  let writing: Promise<void> | undefined
  const flush = async () => {
    await (writing ?? upload.dropPart(part.partNumber))
    packetsPassed(filled)
    writing = writeAll(file, piece.subarray(0, filled), written)
    // Awaited with the next piece; until then its error must not count as unhandled.
    writing.catch(() => {})
    written += filled
    filled = 0
    ;[piece, spare] = [spare, piece]
  }
  try {
    for await (const chunk of body) {
      writer.lastByteAt = performance.now()
      received += chunk.length
      if (received > part.sizeBytes) throw new PartRefused('part_too_large')
      hash.update(chunk)
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(piece, filled, at)
        at += copied
        filled += copied
        if (filled === pieceBytes) await flush()
      }
    }
    if (received < part.sizeBytes) throw new PartRefused('part_too_small')
    const sha256 = hash.digest()
    if (part.checksumSha256 !== undefined && part.checksumSha256 !== sha256.toString('base64')) throw new PartRefused('part_checksum_mismatch')
    await flush()
    await writing
    return sha256.toString('hex')
  } finally {
    // The file is closed next: no write may still be under way in it.
    await writing?.catch(() => {})
    if (pieces.length < keptPairs) pieces.push([piece, spare])
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  // A disk that fills up writes a part of it first, and says why only when asked again.
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
}
