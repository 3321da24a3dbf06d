/** Reading an object or a range of it into memory, whole or not at all. */
import { addAbortSignal, type Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Bucket, ByteRange } from '../../../ports/objects.ts'
import { passing } from './errors.ts'
import type { Store } from './store.ts'

/** More is read by signed URL, as a stream. */
const readableBytes = 64 * 2 ** 20

/** A body that is cut off is read again from its start. */
export async function getObject(store: Store, bucket: Bucket, key: string, range: ByteRange | undefined, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (range && (range.start < 0 || range.end < range.start)) throw new RangeError(`bytes ${range.start}-${range.end}`)
  const command = { Bucket: store.bucket(bucket), Key: key, ...(range && { Range: `bytes=${range.start}-${range.end}` }) }
  return store.send(async (client) => {
    const answer = await client.send(new GetObjectCommand(command), { abortSignal: signal })
    return readBody(answer.Body as Readable, answer.ContentLength ?? 0, signal)
  })
}

async function readBody(body: Readable, sizeBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (sizeBytes > readableBytes) {
    body.destroy()
    throw new RangeError(`at most ${readableBytes} bytes are read at once`)
  }
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  let filled = 0
  let reason = ''
  try {
    for await (const chunk of signal ? addAbortSignal(signal, body) : body) filled += (chunk as Buffer).copy(bytes, filled)
  } catch (error) {
    if (signal?.aborted) throw error
    reason = `: ${(error as Error).message}`
  }
  if (reason || filled !== sizeBytes) throw passing(`the object's bytes ended after ${filled} of ${sizeBytes}${reason}`)
  return bytes
}
