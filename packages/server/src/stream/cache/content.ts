/** What the edge serves: whole bodies in memory, with their headers ready. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { makeHead, type Head } from '../../http/lean/answer.ts'

/** `head`: the fields of a whole answer; its length comes last. */
type Shown = { body: Buffer; /** Quoted. */ etag: string; head: Head }

export type Content = Shown & {
  mediaType: string
  cacheControl: string
  /** When it came into memory, or to the cache behind it, milliseconds since the epoch. */
  storedAt: number
  /** For manifests, where it pays. Another representation, so another ETag (RFC 9110 §8.8.3.3). */
  gzip?: Shown
}

/** Players of any site may read what their token opens; no cookie plays a part here. */
export const cors: readonly string[] = [
  'access-control-allow-origin', '*',
  'access-control-expose-headers', 'Age, Cache-Status, Content-Length, Content-Range, Date, ETag, Retry-After, Server-Timing',
  'timing-allow-origin', '*',
  // What players say of themselves in the query is no part of what a browser keeps the bytes under.
  'no-vary-search', 'params=("CMCD")',
]

/** A path with a revision never changes its bytes (DESIGN §4). */
export const immutable = 'public, max-age=31536000, immutable'

/** Below about a packet, compressing saves nothing. */
const worthCompressingBytes = 1400
const compress = promisify(gzip)

export const sha256Of = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

/** The bytes as a Buffer over the same memory. */
export const bufferOf = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))

export type Plain = { body: Buffer; etag: string; mediaType: string; cacheControl: string; storedAt: number }

export const plainContent = (of: Plain): Content => ({ ...of, head: headOf(of, of, []) })

export async function textContent(text: string, mediaType: string, storedAt: number): Promise<Content> {
  const body = Buffer.from(text)
  const hash = sha256Of(body)
  return zippedContent({ body, etag: `"${hash}"`, mediaType, cacheControl: immutable, storedAt })
}

async function zippedContent(of: Plain): Promise<Content> {
  if (of.body.length < worthCompressingBytes) return plainContent(of)
  const zipped = { body: await compress(of.body), etag: `${of.etag.slice(0, -1)}-gzip"` }
  const vary = ['vary', 'Accept-Encoding']
  return { ...of, head: headOf(of, of, vary), gzip: { ...zipped, head: headOf(of, zipped, [...vary, 'content-encoding', 'gzip']) } }
}

/** The same bytes under another rule for caches. */
export function withCacheControl(content: Content, cacheControl: string): Content {
  return plainContent({ ...content, cacheControl })
}

function headOf(of: Plain, { body, etag }: { body: Buffer; etag: string }, more: string[]): Head {
  const fields = [...cors, 'etag', etag, 'cache-control', of.cacheControl, 'content-type', of.mediaType, 'accept-ranges', 'bytes']
  return makeHead([...fields, ...more, 'content-length', String(body.length)])
}

export const contentBytes = (content: Content): number => content.body.length + (content.gzip?.body.length ?? 0)

/** A body that was kept on disk. Texts are compressed again. */
export async function revived(of: Plain): Promise<Content> {
  return of.mediaType.startsWith('text/') || /mpegurl|dash\+xml/.test(of.mediaType) ? zippedContent(of) : plainContent(of)
}
