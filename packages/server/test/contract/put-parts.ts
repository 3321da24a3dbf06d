/** Uploading in tests: the shape of a small upload, and its parts sent by signed URL as a client would. */
import { createHash, randomBytes } from 'node:crypto'
import { randomId } from '../../src/base/id.ts'
import type { Objects } from '../../src/ports/objects.ts'

/** The smallest part size that every store takes. */
export const partSizeBytes = 5 * 2 ** 20

export type TestUpload = { bucket: 'raw'; key: string; uploadId: string }
export type TestStore = { objects: Objects; baseUrl: string }

/** Opens an upload of two full parts and a short one. */
export async function beginUpload({ objects }: TestStore): Promise<{ upload: TestUpload; parts: Buffer[]; bytes: Buffer }> {
  const bytes = randomBytes(2 * partSizeBytes + 1234)
  const key = `v/${randomId(16)}/${randomId(16)}`
  const uploadId = await objects.createUpload('raw', key, { sizeBytes: bytes.length, partSizeBytes, mediaType: 'video/mp4' })
  const parts = [0, 1, 2].map((index) => bytes.subarray(index * partSizeBytes, (index + 1) * partSizeBytes))
  return { upload: { bucket: 'raw', key, uploadId }, parts, bytes }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')

/** A URL for the part as it stands in the upload; `of` changes what is signed. */
export function signPart(store: TestStore, upload: TestUpload, partNumber: number, of: { sizeBytes?: number; checksumSha256?: string; expiresInSeconds?: number } = {}) {
  const sizeBytes = partNumber === 3 ? 1234 : partSizeBytes
  return store.objects.signPart(upload, { partNumber, sizeBytes, expiresInSeconds: 600, baseUrl: store.baseUrl, ...of })
}

/** Sends the part; answers its number and ETag, or throws for any answer but 200. */
export async function putPart(store: TestStore, upload: TestUpload, partNumber: number, bytes: Buffer, checksumSha256?: string): Promise<{ partNumber: number; etag: string }> {
  const { url, headers } = await signPart(store, upload, partNumber, { checksumSha256 })
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  if (response.status !== 200) throw new Error(`part ${partNumber}: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
  return { partNumber, etag: response.headers.get('etag')! }
}
