/** Signed URLs of the parts to send: hashed and signed in batches that grow, a batch ahead of the senders. */
import type { SignedParts, SignParts } from '@sluice/contract'
import { patiently, type Patience } from './patience.ts'

export type SignedPart = SignedParts['urls'][number]

/** A part to send; `signed` only while its URL is still good. */
export type SuppliedPart = { partNumber: number; signed?: SignedPart }

export type PartSupply = {
  /** The next part, or undefined when all were handed out. */
  next(): Promise<SuppliedPart | undefined>
  /** Another URL for a part that was handed out. */
  renew(partNumber: number): Promise<SignedPart>
}

/** By our own clock: the server's may differ from it. */
const staleMs = 10 * 60_000
/** A batch that lasted less is followed by one twice as large, another by one half as large: every call costs the server, and URLs must not lie about for long. */
const lastsMs = 60_000

/**
 * `sign` and `checksum` reject when the upload is paused or over; so do `next` and `renew` then. A batch is signed patiently;
 * one that `renew` gets no answer for is its caller's to try again.
 */
export function createPartSupply(options: {
  partNumbers: number[]
  /** The first batch is small, so that sending begins soon. */
  batch: { firstParts: number; mostParts: number }
  sign: (body: SignParts) => Promise<SignedParts>
  /** sha256 of a part in base64. */
  checksum?: (partNumber: number) => Promise<string>
  patience: Patience
}): PartSupply {
  const { batch, sign, checksum, patience } = options
  const unsigned = [...options.partNumbers]
  const signed: { part: SignedPart; signedAt: number; expiresAt: number }[] = []
  const checksums = new Map<number, string>()
  let refilling: Promise<void> | undefined
  let batchSize = batch.firstParts
  let batchAt: number | undefined

  async function signBatch(partNumbers: number[]): Promise<SignedParts> {
    if (!checksum) return sign({ partNumbers })
    for (const partNumber of partNumbers) {
      patience.signal.throwIfAborted()
      if (!checksums.has(partNumber)) checksums.set(partNumber, await checksum(partNumber))
    }
    return sign({ partNumbers, checksums: Object.fromEntries(partNumbers.map((partNumber) => [partNumber, checksums.get(partNumber)!])) })
  }

  async function refill(): Promise<void> {
    const now = Date.now()
    if (batchAt !== undefined) {
      const wanted = now - batchAt < lastsMs ? batchSize * 2 : Math.floor(batchSize / 2)
      batchSize = Math.max(Math.min(wanted, batch.mostParts), batch.firstParts)
    }
    batchAt = now
    const partNumbers = unsigned.splice(0, batchSize)
    const { urls, expiresAt } = await patiently(patience, () => signBatch(partNumbers))
    for (const part of urls) signed.push({ part, signedAt: Date.now(), expiresAt })
  }

  /** One refill at a time; the senders that wait for it share its error. */
  function ensureRefill(): Promise<void> {
    refilling ??= refill().finally(() => (refilling = undefined))
    // Whoever needs it awaits it; one that nobody awaits yet must not count as unhandled.
    refilling.catch(() => undefined)
    return refilling
  }

  async function renew(partNumber: number): Promise<SignedPart> {
    const { urls } = await signBatch([partNumber])
    return urls[0]!
  }

  return {
    renew,
    async next() {
      while (signed.length === 0 && (unsigned.length > 0 || refilling)) await ensureRefill()
      const first = signed.shift()
      if (first === undefined) return undefined
      if (signed.length <= batchSize / 2 && unsigned.length > 0) void ensureRefill()
      const stale = Date.now() > Math.min(first.signedAt + staleMs, first.expiresAt - 30_000)
      const { part } = first
      checksums.size > 4 * batchSize && forget(part.partNumber)
      return { partNumber: part.partNumber, signed: stale ? undefined : part }
    },
  }

  /** Keeps the map small over ten thousand parts; a forgotten part is hashed again if it must be renewed. */
  function forget(handedOut: number): void {
    for (const partNumber of checksums.keys()) {
      if (checksums.size <= 2 * batchSize || partNumber >= handedOut) return
      checksums.delete(partNumber)
    }
  }
}
