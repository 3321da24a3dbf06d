/** Sends all missing parts of an upload, some at a time. */
import type { Client } from '../client.ts'
import type { Meter } from './meter.ts'
import type { OpenUpload } from './open-upload.ts'
import { createPartSupply } from './part-supply.ts'
import { lengthOf, spanOf } from './parts.ts'
import { patienceOf } from './patience.ts'
import { sendPart } from './send-part.ts'
import type { UploadSource } from './source.ts'
import type { UploadOptions } from './types.ts'

/** As many as one call signs. Without checksums a batch costs nothing but its call. */
const mostPartsOfCall = 100
/** With checksums a batch's parts are read before the first one is sent, and then again: no more than the system keeps in memory meanwhile. */
const mostBytesAhead = 256 * 2 ** 20

/** Numbers of the parts that the store does not have. */
export function missingParts({ partCount, parts }: OpenUpload): number[] {
  return Array.from({ length: partCount }, (_, index) => index + 1).filter((partNumber) => !parts.has(partNumber))
}

/** Fills `upload.parts`. Rejects with the first part's error after the others were stopped, or with the signal's reason. */
export async function sendParts(
  client: Client,
  source: UploadSource,
  upload: OpenUpload,
  options: UploadOptions & { meter: Meter; onProgress: () => void; signal: AbortSignal },
): Promise<void> {
  const { meter, onProgress, concurrency = 4, stallSeconds = 60 } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const patience = patienceOf(options, signal)
  const spanOfPart = (partNumber: number) => spanOf(partNumber, source.sizeBytes, upload.partSizeBytes)
  const hashed = options.checksums !== false && source.sha256 !== undefined
  const supply = createPartSupply({
    partNumbers: missingParts(upload),
    batch: {
      firstParts: hashed ? Math.min(concurrency, mostPartsOfCall) : mostPartsOfCall,
      mostParts: hashed ? Math.min(mostPartsOfCall, Math.max(concurrency, Math.floor(mostBytesAhead / upload.partSizeBytes))) : mostPartsOfCall,
    },
    sign: (body) => client.uploads.signParts(upload.uploadId, body, { signal }),
    checksum: hashed ? (partNumber) => source.sha256!(spanOfPart(partNumber), signal) : undefined,
    patience,
  })

  async function sendSome(): Promise<void> {
    for (let part = await supply.next(); part; part = await supply.next()) {
      const { partNumber } = part
      const span = spanOfPart(partNumber)
      const progress = (bytes: number | undefined) => {
        if (bytes === undefined) meter.drop(partNumber)
        else meter.sent(partNumber, bytes)
        onProgress()
      }
      const etag = await sendPart({
        source, part, span, stallSeconds, patience,
        renew: supply.renew,
        onSent: progress,
        onDropped: () => progress(undefined),
      }).catch((error: unknown) => {
        progress(undefined)
        throw error
      })
      upload.parts.set(partNumber, etag)
      meter.acknowledge(partNumber, lengthOf(span))
      onProgress()
    }
  }

  const senders = Array.from({ length: concurrency }, () =>
    sendSome().catch((error: unknown) => {
      stop.abort(error)
      throw error
    }),
  )
  const results = await Promise.allSettled(senders)
  options.signal.throwIfAborted()
  // The first to fail is the reason; the others failed because it stopped them.
  if (stop.signal.aborted) throw stop.signal.reason
  const rejected = results.find((result) => result.status === 'rejected')
  if (rejected) throw rejected.reason
}
