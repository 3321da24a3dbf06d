/** The grammar of the driver's signed URLs, and the proof that we made one. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Bucket } from '../../../ports/objects.ts'
import { checkObjectKey } from '../../../domain/object-key.ts'
import { isBucket } from './paths.ts'

export const urlPrefix = '/objects/'

export type SignedPart = { uploadId: string; partNumber: number; sizeBytes: number; checksumSha256?: string; expires: number }
export type SignedRead = { bucket: Bucket; key: string; expires: number }

/** `expires` is in unix seconds. Nothing but `parse…` with a right signature answers `valid`. */
export type Parsed<T> = { state: 'valid' | 'expired'; of: T } | { state: 'invalid' }

export type UrlSigner = {
  part(part: SignedPart): string
  parsePart(path: string, query: URLSearchParams, nowSeconds: number): Parsed<SignedPart>
  read(read: SignedRead): string
  parseRead(path: string, query: URLSearchParams, nowSeconds: number): Parsed<SignedRead>
}

/** Signatures are HMAC-SHA256 over kind and fields, by a key of its own derived from the installation's secret. */
export function makeUrlSigner(secret: string | Buffer): UrlSigner {
  const key = createHmac('sha256', secret).update('sluice: URLs of the objects directory').digest()
  const sign = (fields: (string | number)[]): Buffer => createHmac('sha256', key).update(fields.join('\n')).digest()
  const partFields = ({ uploadId, partNumber, sizeBytes, checksumSha256 = '', expires }: SignedPart) => ['part', uploadId, partNumber, sizeBytes, checksumSha256, expires]
  const readFields = ({ bucket, key, expires }: SignedRead) => ['read', bucket, key, expires]

  const judge = <T extends { expires: number }>(of: T, fields: (string | number)[], query: URLSearchParams, nowSeconds: number): Parsed<T> => {
    const given = Buffer.from(query.get('signature') ?? '', 'base64url')
    const right = sign(fields)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return { state: 'invalid' }
    return { state: of.expires > nowSeconds ? 'valid' : 'expired', of }
  }

  return {
    part(part) {
      const query = new URLSearchParams({ size: String(part.sizeBytes), expires: String(part.expires) })
      if (part.checksumSha256 !== undefined) query.set('sha256', part.checksumSha256)
      query.set('signature', sign(partFields(part)).toString('base64url'))
      return `${urlPrefix}parts/${part.uploadId}/${part.partNumber}?${query}`
    },
    parsePart(path, query, nowSeconds) {
      const found = /^parts\/([0-9a-z]{24})\/([1-9][0-9]{0,5})$/.exec(path)
      const sizeBytes = wholeNumber(query.get('size'))
      const expires = wholeNumber(query.get('expires'))
      if (!found || sizeBytes === undefined || expires === undefined) return { state: 'invalid' }
      const part = { uploadId: found[1]!, partNumber: Number(found[2]), sizeBytes, checksumSha256: query.get('sha256') ?? undefined, expires }
      return judge(part, partFields(part), query, nowSeconds)
    },
    read(read) {
      const query = new URLSearchParams({ expires: String(read.expires), signature: sign(readFields(read)).toString('base64url') })
      return `${urlPrefix}read/${read.bucket}/${read.key}?${query}`
    },
    parseRead(path, query, nowSeconds) {
      const found = /^read\/([a-z]+)\/(.+)$/.exec(path)
      const expires = wholeNumber(query.get('expires'))
      if (!found || !isBucket(found[1]!) || expires === undefined) return { state: 'invalid' }
      try {
        checkObjectKey(found[2]!)
      } catch {
        return { state: 'invalid' }
      }
      const read = { bucket: found[1], key: found[2]!, expires }
      return judge(read, readFields(read), query, nowSeconds)
    },
  }
}

const wholeNumber = (text: string | null): number | undefined => (text !== null && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined)
