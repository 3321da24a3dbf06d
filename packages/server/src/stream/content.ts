/** What the edge serves: whole bodies in memory with what their headers need. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export type Content = {
  body: Buffer
  /** Quoted. */
  etag: string
  mediaType: string
  cacheControl: string
  /** When it came into memory, milliseconds since the epoch. */
  storedAt: number
  /** For manifests, where it pays. Another representation, so another ETag (RFC 9110 §8.8.3.3). */
  gzip?: { body: Buffer; etag: string }
}

/** A path with a revision never changes its bytes (DESIGN §4). */
export const immutable = 'public, max-age=31536000, immutable'

/** Below about a packet, compressing saves nothing. */
const worthCompressingBytes = 1400
const compress = promisify(gzip)

export const sha256Of = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

/** The bytes as a Buffer over the same memory. */
export const bufferOf = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))

export async function textContent(text: string, mediaType: string, storedAt: number): Promise<Content> {
  const body = Buffer.from(text)
  const hash = sha256Of(body)
  const content: Content = { body, etag: `"${hash}"`, mediaType, cacheControl: immutable, storedAt }
  if (body.length >= worthCompressingBytes) content.gzip = { body: await compress(body), etag: `"${hash}-gzip"` }
  return content
}

export const contentBytes = (content: Content): number => content.body.length + (content.gzip?.body.length ?? 0)
