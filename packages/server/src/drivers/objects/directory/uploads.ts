/** Multipart uploads on disk: a sparse file of the object's final size, and one empty file per part whose name is its record. */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { UploadNotFound } from '../../../base/errors.ts'
import { randomId } from '../../../base/id.ts'
import type { Bucket, Part } from '../../../ports/objects.ts'
import { syncDirectory, writeNewFile } from './durable.ts'
import { codeOf } from './file-errors.ts'
import type { Paths } from './paths.ts'

export type UploadShape = { bucket: Bucket; key: string; sizeBytes: number; partSizeBytes: number; mediaType: string }

/** A PUT that is writing a part. At most one per part. */
export type Writer = { lastByteAt: number; abort: () => void; done: Promise<void> }

export type Upload = {
  readonly id: string
  readonly shape: UploadShape
  /** Bytes of this upload's directory are only touched below these. */
  readonly data: string
  readonly directory: string
  /** Parts that are whole and durable. */
  readonly parts: Map<number, Part>
  readonly writers: Map<number, Writer>
  /** No new PUT may begin: it is being completed, or was completed or aborted. */
  closing: boolean
  /** The end of the last complete or abort: they take turns. */
  ending: Promise<void>
  removed: boolean
  /** Forgets a part, durably: after this a crash can't bring its record back. */
  dropPart(partNumber: number): Promise<void>
  /** Records a part whose bytes are durable. */
  addPart(part: Part): Promise<void>
  /** Takes the upload off the disk. */
  remove(): Promise<void>
}

/** Uploads that nobody uses at the moment but that are kept in memory, so that a PUT reads no directory. */
const keptUploads = 200
export const maximumParts = 10_000

export const partCount = ({ sizeBytes, partSizeBytes }: UploadShape): number => Math.ceil(sizeBytes / partSizeBytes)

/** Every part is `partSizeBytes` long but the last. */
export const partSizeOf = (shape: UploadShape, partNumber: number): number =>
  Math.min(shape.partSizeBytes, shape.sizeBytes - (partNumber - 1) * shape.partSizeBytes)

/** Ids start with a digest of the key, so that the uploads of a key are found without reading every shape. */
const idPrefix = ({ bucket, key }: { bucket: Bucket; key: string }): string =>
  createHash('sha256').update(`${bucket}/${key}`).digest('hex').slice(0, 12)

export type Uploads = {
  create(shape: UploadShape): Promise<string>
  /** The ids of all uploads of that key. */
  of(name: { bucket: Bucket; key: string }): Promise<string[]>
  /** All of them, each with when it was opened. */
  list(): Promise<(UploadShape & { startedAt: number })[]>
  /** Runs `call` with the upload, of which there is one in memory at any time. UploadNotFound. */
  use<T>(uploadId: string, call: (upload: Upload) => Promise<T>): Promise<T>
  /** Ends running PUTs; what they were writing is not recorded. */
  close(): Promise<void>
}

export function openUploads(paths: Paths): Uploads {
  const loaded = new Map<string, { upload: Promise<Upload>; users: number }>()

  return {
    async create(shape) {
      const id = idPrefix(shape) + randomId(12)
      const { directory, shape: shapePath, data, parts } = paths.upload(id)!
      await mkdir(parts, { recursive: true, mode: 0o700 })
      const file = await open(data, 'wx', 0o600)
      try {
        await file.truncate(shape.sizeBytes)
        await file.sync()
      } finally {
        await file.close()
      }
      // Written last: an upload without its shape is no upload, and is removed at the next start.
      await writeNewFile(shapePath, JSON.stringify(shape))
      await syncDirectory(directory)
      await syncDirectory(paths.uploads)
      return id
    },
    async of(name) {
      const prefix = idPrefix(name)
      return (await readdir(paths.uploads)).filter((id) => id.startsWith(prefix))
    },
    async list() {
      const shapes = await Promise.all((await readdir(paths.uploads)).map((id) => readShape(paths.upload(id)?.shape)))
      return shapes.filter((shape) => shape !== undefined)
    },
    async use(uploadId, call) {
      const entry = loaded.get(uploadId) ?? { upload: loadUpload(paths, uploadId), users: 0 }
      loaded.set(uploadId, entry)
      entry.users++
      let keep = false
      try {
        const upload = await entry.upload
        const result = await call(upload)
        keep = !upload.closing && loaded.size <= keptUploads
        return result
      } finally {
        if (--entry.users === 0 && !keep) loaded.delete(uploadId)
      }
    },
    async close() {
      for (const { upload } of [...loaded.values()]) await upload.then(stopWriters, () => {})
    },
  }
}

/** Undefined for what is no upload, or is none any more. */
async function readShape(path: string | undefined): Promise<(UploadShape & { startedAt: number }) | undefined> {
  try {
    return path === undefined ? undefined : { ...(JSON.parse(await readFile(path, 'utf8')) as UploadShape), startedAt: (await stat(path)).mtimeMs }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** No PUT runs or begins after this. */
export async function stopWriters(upload: Upload): Promise<void> {
  upload.closing = true
  for (const writer of [...upload.writers.values()]) {
    writer.abort()
    await writer.done
  }
}

async function loadUpload(paths: Paths, id: string): Promise<Upload> {
  const at = paths.upload(id)
  if (!at) throw new UploadNotFound('no such upload')
  let shape: UploadShape
  let records: string[]
  try {
    shape = JSON.parse(await readFile(at.shape, 'utf8')) as UploadShape
    // A completed upload whose directory outlived a crash: its data has the object's name by now.
    await stat(at.data)
    records = await readdir(at.parts)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new UploadNotFound('no such upload')
    throw error
  }
  const parts = new Map<number, Part>()
  for (const name of records) {
    const part = parseRecord(name)
    if (part) parts.set(part.partNumber, part)
  }
  const upload: Upload = {
    id,
    shape,
    data: at.data,
    directory: at.directory,
    parts,
    writers: new Map(),
    closing: false,
    ending: Promise.resolve(),
    removed: false,
    async dropPart(partNumber) {
      const part = parts.get(partNumber)
      if (!part) return
      parts.delete(partNumber)
      await unlink(join(at.parts, recordName(part)))
      await syncDirectory(at.parts)
    },
    async addPart(part) {
      await writeNewFile(join(at.parts, recordName(part)), '')
      await syncDirectory(at.parts)
      parts.set(part.partNumber, part)
    },
    async remove() {
      upload.removed = true
      await rm(at.directory, { recursive: true, force: true })
    },
  }
  return upload
}

const recordName = ({ partNumber, sizeBytes, etag }: Part): string => `${partNumber}-${sizeBytes}-${etag.slice(1, -1)}`

function parseRecord(name: string): Part | undefined {
  const found = /^([0-9]+)-([0-9]+)-([0-9a-f]{64})$/.exec(name)
  return found ? { partNumber: Number(found[1]), sizeBytes: Number(found[2]), etag: `"${found[3]}"` } : undefined
}
