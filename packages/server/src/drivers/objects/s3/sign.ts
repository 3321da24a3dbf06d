/** URLs signed by AWS Signature Version 4, for clients without credentials. */
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import type { Bucket, SignedRequest } from '../../../ports/objects.ts'
import { bucketAddress, type Side } from './bucket-address.ts'
import { portError } from './errors.ts'
import type { S3ObjectsOptions } from './options.ts'
import type { Store } from './store.ts'
import { partSizeOf, readUploadId } from './upload-id.ts'

export type Signer = {
  part(upload: { bucket: Bucket; key: string; uploadId: string }, part: AskedPart): Promise<SignedRequest>
  read(bucket: Bucket, key: string, expiresInSeconds: number): Promise<string>
}

type AskedPart = { partNumber: number; sizeBytes: number; checksumSha256?: string; expiresInSeconds: number }
type Unsigned = { method: 'GET' | 'PUT'; bucket: string; key: string; query: Record<string, string>; headers: Record<string, string>; expiresInSeconds: number }

/** As the signature allows. */
const longestSeconds = 7 * 24 * 3600
const checksumHeader = 'x-amz-checksum-sha256'

/** The presigner is used without the SDK's commands, which take five times as long as the signature: parts are many. */
export function openSigner(store: Store, options: S3ObjectsOptions): Signer {
  const own = presigner(store, options, 'own')
  const forClients = presigner(store, options, 'public')
  return {
    /** The part's length is signed, and with a checksum its bytes. RangeError for a part that the upload does not have. */
    async part({ bucket, key, uploadId }, { partNumber, sizeBytes, checksumSha256, expiresInSeconds }) {
      const open = readUploadId(uploadId)
      if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > open.partCount) throw new RangeError('no such part')
      if (sizeBytes !== partSizeOf(open, partNumber)) throw new RangeError(`part ${partNumber} has ${partSizeOf(open, partNumber)} bytes`)
      if (checksumSha256 !== undefined && !/^[A-Za-z0-9+/]{43}=$/.test(checksumSha256)) throw new TypeError('a checksum is a SHA-256 in base64')
      const headers: Record<string, string> = checksumSha256 !== undefined && store.checksums !== 'none' ? { [checksumHeader]: checksumSha256 } : {}
      const query = { partNumber: String(partNumber), uploadId: open.storeId }
      const url = await forClients({ method: 'PUT', bucket: store.bucket(bucket), key, query, headers: { ...headers, 'content-length': String(sizeBytes) }, expiresInSeconds })
      return { url, headers }
    },
    read: (bucket, key, expiresInSeconds) => own({ method: 'GET', bucket: store.bucket(bucket), key, query: {}, headers: {}, expiresInSeconds }),
  }
}

function presigner(store: Store, options: S3ObjectsOptions, side: Side): (request: Unsigned) => Promise<string> {
  const signing = new S3RequestPresigner(store.client.config)
  const addresses = new Map(Object.values(options.buckets).map((bucket) => [bucket, bucketAddress(store.client, options, bucket, side)]))
  return async ({ method, bucket, key, query, headers, expiresInSeconds }) => {
    const base = addresses.get(bucket)!
    const path = `${base.pathname.replace(/\/$/, '')}/${key}`
    const expiresIn = Math.min(longestSeconds, Math.max(1, Math.ceil(expiresInSeconds)))
    const request = {
      method, path, query, headers: { ...headers, host: base.host }, protocol: base.protocol, hostname: base.hostname, ...(base.port && { port: Number(base.port) }),
    }
    try {
      const signed = await signing.presign(request, {
        expiresIn,
        // For a time that is over, a URL that has expired.
        signingDate: new Date(store.clock() + Math.min(0, expiresInSeconds - expiresIn) * 1000),
        // As a header, which every store checks, and not in the query.
        unhoistableHeaders: new Set([checksumHeader]),
      })
      return `${base.origin}${path}?${queryText(signed.query as Record<string, string>)}`
    } catch (error) {
      throw portError(error)
    }
  }
}

/** As it was signed: RFC 3986, so that also `!'()*` are escaped. */
const queryText = (query: Record<string, string>): string => Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&')
const escaped = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
