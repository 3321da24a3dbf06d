/** The objects port on a directory of this machine; parts and reads go by URLs that it signs and serves itself. */
import { join } from 'node:path'
import { UploadNotFound } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { systemClock, type Clock } from '../../../base/time.ts'
import { checkObjectKey, checkPrefix } from '../../../domain/object-key.ts'
import type { Bucket, Objects } from '../../../ports/objects.ts'
import { guarded } from './file-errors.ts'
import { abortUpload, completeUpload } from './finish-upload.ts'
import { listObjects, statObject } from './list-objects.ts'
import { makePaths } from './paths.ts'
import { prepareDirectory } from './prepare-directory.ts'
import { deleteObject, putObject } from './put-object.ts'
import { readObject } from './read-object.ts'
import type { SendProblem } from './send-problem.ts'
import { makePartServer } from './serve-parts.ts'
import { makeReadServer } from './serve-reads.ts'
import { makeHandler, type RawHandler } from './serve-urls.ts'
import { makeUrlSigner } from './sign-urls.ts'
import { maximumParts, openUploads, partCount, partSizeOf, type Upload } from './uploads.ts'

export type DirectoryObjectsOptions = {
  /** Made if absent. One process at a time may have it open (drivers/data-directory/lock.ts). */
  dir: string
  /** Signs the URLs. Changing it ends the ones that are out. */
  secret: string | Buffer
  /** The origin that our own encoders read from, known once the listener has its port. */
  readBaseUrl: () => string
  sendProblem: SendProblem
  /** A PUT that sends nothing for this long is ended; 60 seconds. */
  stallSeconds?: number
  clock?: Clock
  log?: Log
}

type UploadName = { bucket: Bucket; key: string; uploadId: string }

/** `handle` serves the signed URLs: offer it every request. Rejects with DriverUnavailable when the directory can't be used. */
export async function openDirectoryObjects(options: DirectoryObjectsOptions): Promise<{ objects: Objects; handle: RawHandler }> {
  const { dir, sendProblem, log, clock = systemClock, stallSeconds = 60 } = options
  const paths = makePaths(dir)
  await guarded(() => prepareDirectory(paths, clock))
  const uploads = openUploads(paths)
  const signer = makeUrlSigner(options.secret)

  const use = <T>({ bucket, key, uploadId }: UploadName, call: (upload: Upload) => Promise<T>): Promise<T> =>
    guarded(() =>
      uploads.use(uploadId, async (upload) => {
        if (upload.shape.bucket !== bucket || upload.shape.key !== key) throw new UploadNotFound('no such upload')
        return call(upload)
      }),
    )

  const objects: Objects = {
    async createUpload(bucket, key, { sizeBytes, partSizeBytes, mediaType }) {
      paths.bucket(bucket)
      checkObjectKey(key)
      const shape = { bucket, key, sizeBytes, partSizeBytes, mediaType }
      if (![sizeBytes, partSizeBytes].every((bytes) => Number.isSafeInteger(bytes) && bytes > 0)) throw new RangeError('sizes are whole and above 0')
      if (partCount(shape) > maximumParts) throw new RangeError(`an upload has at most ${maximumParts} parts`)
      return guarded(() => uploads.create(shape))
    },
    signPart: (upload, { partNumber, sizeBytes, checksumSha256, expiresInSeconds, baseUrl }) =>
      use(upload, async ({ shape }) => {
        if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > partCount(shape)) throw new RangeError('no such part')
        if (sizeBytes !== partSizeOf(shape, partNumber)) throw new RangeError(`part ${partNumber} has ${partSizeOf(shape, partNumber)} bytes`)
        if (checksumSha256 !== undefined && !/^[A-Za-z0-9+/]{43}=$/.test(checksumSha256)) throw new TypeError('a checksum is a SHA-256 in base64')
        const expires = Math.ceil(clock() / 1000 + expiresInSeconds)
        return { url: baseUrl + signer.part({ uploadId: upload.uploadId, partNumber, sizeBytes, checksumSha256, expires }), headers: {} }
      }),
    listParts: (upload) => use(upload, async ({ parts }) => [...parts.values()].sort((a, b) => a.partNumber - b.partNumber).map((part) => ({ ...part }))),
    completeUpload: (upload, parts) => use(upload, (found) => completeUpload(found, paths.object(upload.bucket, upload.key), parts)),
    async abortUpload({ bucket, key, uploadId }) {
      for (const id of uploadId === undefined ? await guarded(() => uploads.of({ bucket, key })) : [uploadId]) {
        try {
          await use({ bucket, key, uploadId: id }, abortUpload)
        } catch (error) {
          if (!(error instanceof UploadNotFound)) throw error
        }
      }
    },
    async listUploads(bucket) {
      paths.bucket(bucket)
      const open = await guarded(() => uploads.list())
      return { items: open.filter((one) => one.bucket === bucket).map(({ key, startedAt }) => ({ key, startedAt })) }
    },
    async put(bucket, key, body, { sizeBytes }) {
      const path = paths.object(bucket, key)
      if (sizeBytes === undefined && !(body instanceof Uint8Array)) throw new TypeError('the size of a stream must be given')
      await guarded(() => putObject(paths.drafts, path, body, sizeBytes))
    },
    get: async (bucket, key, range, signal) => guarded(() => readObject(paths.object(bucket, key), range, signal)),
    head: async (bucket, key) => guarded(() => statObject(paths.object(bucket, key), key)),
    async list(bucket, prefix, cursor) {
      checkPrefix(prefix)
      return guarded(() => listObjects(paths.bucket(bucket), prefix, cursor))
    },
    async delete(bucket, keys) {
      if (keys.length > 1000) throw new RangeError('at most 1000 objects are deleted at once')
      const bucketPath = join(paths.bucket(bucket))
      for (const path of keys.map((key) => paths.object(bucket, key))) await guarded(() => deleteObject(bucketPath, path))
    },
    async signRead(bucket, key, expiresInSeconds) {
      paths.object(bucket, key)
      return options.readBaseUrl() + signer.read({ bucket, key, expires: Math.ceil(clock() / 1000 + expiresInSeconds) })
    },
    async close() {
      await uploads.close()
    },
  }

  const parts = makePartServer({ uploads, sendProblem, stallMs: stallSeconds * 1000, log })
  const reads = makeReadServer({ paths, sendProblem, log })
  return { objects, handle: makeHandler({ signer, parts, reads, sendProblem, clock }) }
}
