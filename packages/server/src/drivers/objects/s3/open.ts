/** The objects port on any S3: parts go from clients straight to the store, by URLs that are signed here. */
import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { DriverUnavailable, ObjectNotFound } from '../../../base/errors.ts'
import { checkObjectKey, checkPrefix } from '../../../domain/object-key.ts'
import type { Bucket, ObjectInfo, Objects } from '../../../ports/objects.ts'
import { getObject } from './get-object.ts'
import { abortAtStore, completeAtStore, createAtStore, headAtStore, listStoredParts, listUploadsPage, type UploadsCursor } from './multipart.ts'
import type { S3ObjectsOptions } from './options.ts'
import { putBytes, putStream } from './put-object.ts'
import { openSigner } from './sign.ts'
import { openStore, type Store } from './store.ts'
import { readUploadId, writeUploadId } from './upload-id.ts'

const maximumParts = 10_000
const smallestPartBytes = 5 * 2 ** 20

/** Opens no connection: the store may be started later. The buckets are made by prepareBuckets, or by hand. */
export function openS3Objects(options: S3ObjectsOptions): Objects {
  const store = openStore(options)
  const signer = openSigner(store, options)
  return {
    async createUpload(bucket, key, { sizeBytes, partSizeBytes, mediaType }) {
      checkObjectKey(key)
      if (![sizeBytes, partSizeBytes].every((bytes) => Number.isSafeInteger(bytes) && bytes > 0)) throw new RangeError('sizes are whole and above 0')
      if (Math.ceil(sizeBytes / partSizeBytes) > maximumParts) throw new RangeError(`an upload has at most ${maximumParts} parts`)
      if (sizeBytes > partSizeBytes && partSizeBytes < smallestPartBytes) throw new RangeError(`a part has at least ${smallestPartBytes} bytes`)
      return writeUploadId({ sizeBytes, partSizeBytes }, await createAtStore(store, { bucket, key }, mediaType, store.checksums === 'upload'))
    },
    signPart: (upload, part) => signer.part(upload, part),
    async listParts(upload) {
      const parts = await listStoredParts(store, upload, readUploadId(upload.uploadId).storeId)
      return parts.map(({ partNumber, sizeBytes, etag }) => ({ partNumber, sizeBytes, etag }))
    },
    completeUpload: async (upload, parts) => completeAtStore(store, upload, readUploadId(upload.uploadId), parts),
    async abortUpload({ bucket, key, uploadId }) {
      checkObjectKey(key)
      await abortAtStore(store, { bucket, key }, uploadId === undefined ? undefined : storeIdOf(uploadId))
    },
    async listUploads(bucket, cursor) {
      const page = await listUploadsPage(store, bucket, '', cursor === undefined ? undefined : (JSON.parse(cursor) as UploadsCursor))
      const items = page.items.map(({ key, startedAt }) => ({ key, startedAt }))
      return page.cursor ? { items, cursor: JSON.stringify(page.cursor) } : { items }
    },
    async put(bucket, key, body, { mediaType, sizeBytes }) {
      checkObjectKey(key)
      if (body instanceof Uint8Array) return putBytes(store, { bucket, key, mediaType }, body)
      if (sizeBytes === undefined) throw new TypeError('the size of a stream must be given')
      await putStream(store, { bucket, key, mediaType }, body, sizeBytes)
    },
    async get(bucket, key, range, signal) {
      checkObjectKey(key)
      return getObject(store, bucket, key, range, signal)
    },
    head: async (bucket, key) => headObject(store, bucket, key),
    list: async (bucket, prefix, cursor) => listObjects(store, bucket, prefix, cursor),
    delete: async (bucket, keys) => deleteObjects(store, bucket, keys),
    async signRead(bucket, key, expiresInSeconds) {
      checkObjectKey(key)
      return signer.read(bucket, key, expiresInSeconds)
    },
    async close() {
      store.close()
    },
  }
}

async function headObject(store: Store, bucket: Bucket, key: string): Promise<ObjectInfo | undefined> {
  checkObjectKey(key)
  try {
    const { ContentLength, ETag, LastModified } = await headAtStore(store, { bucket, key })
    return { key, sizeBytes: ContentLength ?? 0, etag: ETag!, modifiedAt: wholeSeconds(LastModified) }
  } catch (error) {
    if (error instanceof ObjectNotFound) return undefined
    throw error
  }
}

/** The cursor is the last key. */
async function listObjects(store: Store, bucket: Bucket, prefix: string, cursor: string | undefined): Promise<{ items: ObjectInfo[]; cursor?: string }> {
  checkPrefix(prefix)
  const page = await store.send((client) => client.send(new ListObjectsV2Command({ Bucket: store.bucket(bucket), Prefix: prefix, ...(cursor && { StartAfter: cursor }) })))
  const items = (page.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({ key: Key!, sizeBytes: Size ?? 0, etag: ETag!, modifiedAt: wholeSeconds(LastModified) }))
  return page.IsTruncated && items.length > 0 ? { items, cursor: items.at(-1)!.key } : { items }
}

async function deleteObjects(store: Store, bucket: Bucket, keys: string[]): Promise<void> {
  if (keys.length > 1000) throw new RangeError('at most 1000 objects are deleted at once')
  for (const key of keys) checkObjectKey(key)
  if (keys.length === 0) return
  const command = new DeleteObjectsCommand({ Bucket: store.bucket(bucket), Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } })
  // Some stores delete them one after the other.
  const { Errors = [] } = await store.send((client) => client.send(command), 'patient')
  const left = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
  if (left.length > 0) throw new DriverUnavailable(`the store did not delete ${left.length} of ${keys.length} objects: ${left[0]!.Code} ${left[0]!.Key}`)
}

/** As headers have it; lists have fractions. */
const wholeSeconds = (date: Date | undefined): number => Math.floor((date?.getTime() ?? 0) / 1000) * 1000

/** For an abort any text will do: what is no id of ours is no upload of ours. */
function storeIdOf(uploadId: string): string {
  return /^\d+-\d+-/.test(uploadId) ? readUploadId(uploadId).storeId : uploadId
}
