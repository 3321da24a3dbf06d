/** Multipart uploads at the store: open, list, complete, abort. */
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListPartsCommand,
  type HeadObjectCommandOutput, type ListMultipartUploadsCommandOutput, type ListPartsCommandOutput,
} from '@aws-sdk/client-s3'
import { BadPart, ObjectNotFound, UploadNotFound } from '../../../base/errors.ts'
import type { Bucket, Part } from '../../../ports/objects.ts'
import type { Store } from './store.ts'
import { partSizeOf, type OpenUpload } from './upload-id.ts'

type Place = { bucket: Bucket; key: string }
/** `checksumSha256`: where the upload was opened for checksums; the store then wants them again at the end. */
export type StoredPart = Part & { checksumSha256?: string }

/** Answers the store's id. With `checksums` the store takes and keeps the SHA-256 of parts. */
export async function createAtStore(store: Store, { bucket, key }: Place, mediaType: string, checksums: boolean): Promise<string> {
  const { UploadId } = await store.send((client) =>
    client.send(
      new CreateMultipartUploadCommand({ Bucket: store.bucket(bucket), Key: key, ContentType: mediaType, ...(checksums && { ChecksumAlgorithm: 'SHA256' }), ...store.encryption }),
    ),
  )
  if (!UploadId) throw new Error('the store opened an upload without an id')
  return UploadId
}

/** By part number, each once: some stores also list what was replaced. UploadNotFound. */
export async function listStoredParts(store: Store, { bucket, key }: Place, storeId: string): Promise<StoredPart[]> {
  const latest = new Map<number, StoredPart & { modifiedAt: number }>()
  for (let marker: string | undefined; ; ) {
    const page: ListPartsCommandOutput = await store.send((client) =>
      client.send(new ListPartsCommand({ Bucket: store.bucket(bucket), Key: key, UploadId: storeId, PartNumberMarker: marker })),
    )
    for (const { PartNumber, Size, ETag, LastModified, ChecksumSHA256 } of page.Parts ?? []) {
      const modifiedAt = LastModified?.getTime() ?? 0
      if (modifiedAt < (latest.get(PartNumber!)?.modifiedAt ?? 0)) continue
      latest.set(PartNumber!, { partNumber: PartNumber!, sizeBytes: Size!, etag: ETag!, modifiedAt, ...(ChecksumSHA256 && { checksumSha256: ChecksumSHA256 }) })
    }
    if (!page.IsTruncated || !page.NextPartNumberMarker) return [...latest.values()].sort((a, b) => a.partNumber - b.partNumber)
    marker = page.NextPartNumberMarker
  }
}

/**
 * The store's list is compared first: a store completes any selection of parts, and the port only the whole.
 * When the store then says that it does not know the upload (our own lost answer, or a rival's), HEAD decides.
 */
export async function completeAtStore(store: Store, place: Place, upload: OpenUpload, parts: { partNumber: number; etag: string }[]): Promise<void> {
  const stored = await listStoredParts(store, place, upload.storeId)
  const wrong = wrongParts(upload, parts, stored)
  if (wrong.length > 0) throw new BadPart('the parts are not those of the upload', wrong)
  if (parts.some(({ partNumber }, index) => partNumber !== index + 1)) throw new BadPart('the parts are not in order, each once', [])
  try {
    await sendComplete(store, place, upload.storeId, stored)
  } catch (error) {
    if (!(error instanceof UploadNotFound || error instanceof BadPart)) throw error
    if (await isMade(store, place, upload.sizeBytes)) return
    // Two completes at once: to the slower one the parts may be gone, or the upload. A part may also have been sent again just now.
    const now = wrongParts(upload, parts, await listStoredParts(store, place, upload.storeId))
    throw error instanceof BadPart ? new BadPart(error.message, now) : error
  }
}

/** The numbers from 1 to the last, and any beyond, that are not both given and stored, with one ETag and the right size. */
function wrongParts(upload: OpenUpload, given: { partNumber: number; etag: string }[], stored: StoredPart[]): number[] {
  const etags = new Map(given.map((part) => [part.partNumber, part.etag]))
  const atStore = new Map(stored.map((part) => [part.partNumber, part]))
  const numbers = new Set([...Array.from({ length: upload.partCount }, (_, index) => index + 1), ...etags.keys()])
  return [...numbers].filter((number) => {
    const part = atStore.get(number)
    return number > upload.partCount || part?.etag !== etags.get(number) || part?.sizeBytes !== partSizeOf(upload, number)
  })
}

async function sendComplete(store: Store, { bucket, key }: Place, storeId: string, parts: StoredPart[]): Promise<void> {
  const listed = parts.map((part) => ({ PartNumber: part.partNumber, ETag: part.etag, ...(part.checksumSha256 && { ChecksumSHA256: part.checksumSha256 }) }))
  const command = new CompleteMultipartUploadCommand({ Bucket: store.bucket(bucket), Key: key, UploadId: storeId, MultipartUpload: { Parts: listed } })
  await store.send((client) => client.send(command), 'patient')
}

/** Keys are written once, so an object of the right size under the key is what the upload made. */
async function isMade(store: Store, place: Place, sizeBytes: number): Promise<boolean> {
  try {
    return (await headAtStore(store, place)).ContentLength === sizeBytes
  } catch {
    return false
  }
}

/** ObjectNotFound. */
export const headAtStore = (store: Store, { bucket, key }: Place): Promise<HeadObjectCommandOutput> =>
  store.send((client) => client.send(new HeadObjectCommand({ Bucket: store.bucket(bucket), Key: key })))

/** An unknown upload is no error. Without an id: all of that key. */
export async function abortAtStore(store: Store, place: Place, storeId?: string): Promise<void> {
  for (const id of await openUploads(store, place, storeId)) {
    try {
      await store.send((client) => client.send(new AbortMultipartUploadCommand({ Bucket: store.bucket(place.bucket), Key: place.key, UploadId: id })))
    } catch (error) {
      if (!(error instanceof UploadNotFound)) throw error
    }
  }
}

/** Where there is an object, only what the store lists as open: Swift, asked to abort what it has completed, throws the object's bytes away. */
async function openUploads(store: Store, place: Place, storeId: string | undefined): Promise<string[]> {
  if (storeId === undefined) return listUploads(store, place)
  try {
    await headAtStore(store, place)
  } catch (error) {
    if (error instanceof ObjectNotFound) return [storeId]
    throw error
  }
  return (await listUploads(store, place)).filter((id) => id === storeId)
}

async function listUploads(store: Store, { bucket, key }: Place): Promise<string[]> {
  const found: string[] = []
  for (let cursor: UploadsCursor | undefined; ; ) {
    const page = await listUploadsPage(store, bucket, key, cursor)
    found.push(...page.items.filter((upload) => upload.key === key).map(({ storeId }) => storeId))
    if (!page.cursor) return found
    cursor = page.cursor
  }
}

export type UploadsCursor = [key: string, storeId: string | undefined]

/** A page of the bucket's open uploads whose keys start with `prefix`, also of those that others opened. */
export async function listUploadsPage(store: Store, bucket: Bucket, prefix: string, cursor?: UploadsCursor): Promise<{ items: { key: string; storeId: string; startedAt: number }[]; cursor?: UploadsCursor }> {
  const page: ListMultipartUploadsCommandOutput = await store.send((client) =>
    client.send(new ListMultipartUploadsCommand({ Bucket: store.bucket(bucket), Prefix: prefix, KeyMarker: cursor?.[0], UploadIdMarker: cursor?.[1] })),
  )
  const items = (page.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({ key: Key!, storeId: UploadId!, startedAt: Initiated?.getTime() ?? 0 }))
  return page.IsTruncated && page.NextKeyMarker ? { items, cursor: [page.NextKeyMarker, page.NextUploadIdMarker] } : { items }
}
