/** Upload documents and the list of an account's open ones. */
import { createHash } from 'node:crypto'
import type { Documents } from '../ports/documents.ts'
import { changeDocument } from './change-document.ts'

/** open → completing → completed; open → aborted; open → expired; completing → open when the store refused the parts. */
export type UploadState = 'open' | 'completing' | 'completed' | 'aborted' | 'expired'

export type Upload = {
  id: string
  videoId: string
  accountId: string
  state: UploadState
  /** In the raw bucket. */
  key: string
  /** The store's own id of its multipart upload. */
  storeUploadId: string
  fileName: string
  mediaType: string
  sizeBytes: number
  partSizeBytes: number
  partCount: number
  createdAt: number
  expiresAt: number
  /** What `complete` noted: a digest of part numbers and ETags, by which a repeated call is known. */
  partsSha256?: string
}

export type NotedPart = { partNumber: number; etag: string }

/** An ETag without quotes and weakness mark: clients copy it with or without them. */
export const bareEtag = (etag: string): string => etag.trim().replace(/^W\//, '').replace(/^"(.*)"$/, '$1')

/** The digest of a list of parts, in the order of their numbers. */
export function partsSha256(parts: NotedPart[]): string {
  const hash = createHash('sha256')
  for (const { partNumber, etag } of parts.toSorted((a, b) => a.partNumber - b.partNumber)) hash.update(`${partNumber} ${bareEtag(etag)}\n`)
  return hash.digest('hex')
}

/** How long that part is: all are full but the last. */
export function partSize(upload: Pick<Upload, 'sizeBytes' | 'partSizeBytes' | 'partCount'>, partNumber: number): number {
  return partNumber < upload.partCount ? upload.partSizeBytes : upload.sizeBytes - (upload.partCount - 1) * upload.partSizeBytes
}

const sortKey = 'meta'

export async function readUpload(documents: Documents, id: string): Promise<Upload | undefined> {
  return (await documents.get<Upload>('upload', id, sortKey))?.value
}

/** VersionConflict when the id is taken. */
export async function createUpload(documents: Documents, upload: Upload): Promise<void> {
  await documents.put('upload', upload.id, sortKey, upload, { ifVersion: 'absent' })
}

/** Changes an upload by compare-and-set, as updateVideo does. Answers what is stored afterwards. */
export function updateUpload(documents: Documents, id: string, change: (upload: Upload) => Upload | undefined): Promise<Upload | undefined> {
  return changeDocument<Upload>(documents, { table: 'upload', pk: id, sk: sortKey }, (upload) => upload && change(upload))
}

/** An account's open upload, as its list holds it. */
export type OpenUpload = { uploadId: string; createdAt: number }

/** Listed before the upload is opened; forgotten by itself after `ttlSeconds`, should nobody remove it. */
export async function listOpenUpload(documents: Documents, accountId: string, open: OpenUpload, ttlSeconds: number): Promise<void> {
  await documents.put('accountUpload', accountId, open.uploadId, open, { ttlSeconds })
}

export async function unlistOpenUpload(documents: Documents, accountId: string, uploadId: string): Promise<void> {
  await documents.delete('accountUpload', accountId, uploadId)
}

/** At most `limit` of them. */
export async function readOpenUploads(documents: Documents, accountId: string, limit: number): Promise<OpenUpload[]> {
  const open: OpenUpload[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range<OpenUpload>('accountUpload', accountId, { limit: Math.min(1000, limit - open.length), cursor })
    open.push(...page.items.map((item) => item.value))
    cursor = page.cursor
  } while (cursor !== undefined && open.length < limit)
  return open
}
