/** Writing an object: in one request, or for a large stream as a multipart upload of our own. */
import type { Readable } from 'node:stream'
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import type { Bucket } from '../../../ports/objects.ts'
import { abortAtStore, completeAtStore, createAtStore } from './multipart.ts'
import type { Store } from './store.ts'

type Put = { bucket: Bucket; key: string; mediaType: string }

/** What is held in memory of a stream: a part is sent from memory, so it can be sent again. */
const partBytes = 16 * 2 ** 20
const maximumParts = 10_000

/** The body's SHA-256 is part of the request's signature: a store that checks it takes no damaged bytes. */
export async function putBytes(store: Store, { bucket, key, mediaType }: Put, bytes: Uint8Array): Promise<void> {
  const command = new PutObjectCommand({ Bucket: store.bucket(bucket), Key: key, Body: bytes, ContentType: mediaType, ContentLength: bytes.length, ...store.encryption })
  await store.send((client) => client.send(command))
}

/** A stream that fails, or is not of the size that was said, leaves nothing behind; its own error is thrown. */
export async function putStream(store: Store, put: Put, body: Readable, sizeBytes: number): Promise<void> {
  try {
    await sendStream(store, put, body, sizeBytes)
  } finally {
    // A store that refuses before a byte was read leaves its file open otherwise, for ever.
    body.destroy()
  }
}

async function sendStream(store: Store, put: Put, body: Readable, sizeBytes: number): Promise<void> {
  const partSizeBytes = Math.max(partBytes, Math.ceil(sizeBytes / maximumParts))
  const parts = inParts(body, sizeBytes, partSizeBytes)
  if (sizeBytes <= partSizeBytes) {
    for await (const bytes of parts) await putBytes(store, put, bytes)
    return
  }
  const storeId = await createAtStore(store, put, put.mediaType, false)
  try {
    const sent: { partNumber: number; etag: string }[] = []
    for await (const bytes of parts) sent.push(await sendPart(store, put, storeId, sent.length + 1, bytes))
    await completeAtStore(store, put, { storeId, sizeBytes, partSizeBytes, partCount: sent.length }, sent)
  } catch (error) {
    // What is left of it is removed with the key's other uploads, or by the bucket's own rule.
    await abortAtStore(store, put, storeId).catch(() => {})
    throw error
  }
}

async function sendPart(store: Store, { bucket, key }: Put, storeId: string, partNumber: number, bytes: Uint8Array): Promise<{ partNumber: number; etag: string }> {
  const command = new UploadPartCommand({ Bucket: store.bucket(bucket), Key: key, UploadId: storeId, PartNumber: partNumber, Body: bytes, ContentLength: bytes.length })
  const { ETag } = await store.send((client) => client.send(command))
  return { partNumber, etag: ETag! }
}

/** Full parts and a last one, which is handed out only when the stream has ended at its size. */
async function* inParts(body: Readable, sizeBytes: number, partSizeBytes: number): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafeSlow(Math.min(partSizeBytes, sizeBytes))
  let [filled, total] = [0, 0]
  for await (const chunk of body) {
    let rest = Buffer.from(chunk as Uint8Array)
    total += rest.length
    if (total > sizeBytes) throw new RangeError(`the stream has more than its ${sizeBytes} bytes`)
    while (rest.length > 0) {
      if (filled === part.length) {
        yield part
        // The last one may still be on its way to the store: never written to again.
        part = Buffer.allocUnsafeSlow(Math.min(partSizeBytes, sizeBytes - (total - rest.length)))
        filled = 0
      }
      const copied = rest.copy(part, filled)
      filled += copied
      rest = rest.subarray(copied)
    }
  }
  if (total !== sizeBytes) throw new RangeError(`the stream has ${total} bytes, not ${sizeBytes}`)
  yield part
}
