/** The two ends of a multipart upload: it becomes the object, or it is thrown away. */
import { open } from 'node:fs/promises'
import { BadPart, UploadNotFound } from '../../../base/errors.ts'
import { publishFile } from './durable.ts'
import { partCount, partSizeOf, stopWriters, type Upload } from './uploads.ts'

/**
 * Gives the upload's file the object's name; copies no bytes. BadPart names the parts that are missing, differ,
 * or are being written again at the moment; nothing was changed then.
 */
export function completeUpload(upload: Upload, objectPath: string, parts: { partNumber: number; etag: string }[]): Promise<void> {
  return inTurn(upload, () => complete(upload, objectPath, parts))
}

/** Ends running PUTs, then removes everything of the upload. */
export function abortUpload(upload: Upload): Promise<void> {
  return inTurn(upload, async () => {
    await stopWriters(upload)
    await upload.remove()
  })
}

/** One end at a time; UploadNotFound for who comes after the last one. */
function inTurn(upload: Upload, end: () => Promise<void>): Promise<void> {
  const mine = upload.ending.then(() => {
    if (upload.removed) throw new UploadNotFound('no such upload')
    return end()
  })
  upload.ending = mine.catch(() => {})
  return mine
}

async function complete(upload: Upload, objectPath: string, parts: { partNumber: number; etag: string }[]): Promise<void> {
  // From here no PUT can begin.
  upload.closing = true
  try {
    await endRepeats(upload, parts)
    checkParts(upload, parts)
    const file = await open(upload.data, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await publishFile(upload.data, objectPath)
  } catch (error) {
    upload.closing = false
    throw error
  }
  await upload.remove()
}

/** Ends PUTs of parts that are recorded as wanted already: a forgotten connection must not hold up the completion. */
async function endRepeats(upload: Upload, parts: { partNumber: number; etag: string }[]): Promise<void> {
  for (const { partNumber, etag } of parts) {
    const writer = upload.writers.get(partNumber)
    if (!writer || upload.parts.get(partNumber)?.etag !== etag) continue
    writer.abort()
    await writer.done
  }
}

function checkParts(upload: Upload, parts: { partNumber: number; etag: string }[]): void {
  const count = partCount(upload.shape)
  const given = new Map(parts.map((part) => [part.partNumber, part.etag]))
  const bad = new Set<number>()
  for (let partNumber = 1; partNumber <= count; partNumber++) {
    const stored = upload.parts.get(partNumber)
    const right = stored && !upload.writers.has(partNumber) && stored.sizeBytes === partSizeOf(upload.shape, partNumber)
    if (!right || given.get(partNumber) !== stored.etag) bad.add(partNumber)
  }
  parts.forEach(({ partNumber }, index) => {
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > count) bad.add(partNumber)
    if (index > 0 && partNumber <= parts[index - 1]!.partNumber) bad.add(partNumber)
  })
  if (bad.size > 0) throw new BadPart('parts are missing, changed, unknown or out of order', [...bad].sort((a, b) => a - b))
}
