/** Writes an answer of the edge: conditional, ranged or whole, with its headers in one go. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendProblem, type ProblemError } from '../http/problem.ts'
import { matchesEtag, parseRange } from './byte-range.ts'
import type { Content } from './content.ts'

/** Players of any site may read what their token opens; no cookie plays a part here. */
const cors = [
  'access-control-allow-origin', '*',
  'access-control-expose-headers', 'Age, Cache-Status, Content-Length, Content-Range, Date, ETag, Retry-After',
  'timing-allow-origin', '*',
]
const corsRecord: Record<string, string> = Object.fromEntries(Array.from({ length: cors.length / 2 }, (_, i) => [cors[2 * i]!, cors[2 * i + 1]!]))

/** Where the bytes came from (RFC 9211). `held`: the client waited for its encode, which says nothing about its line. */
export type CacheOutcome = 'hit' | 'miss' | 'joined' | 'held'
const cacheStatus: Record<CacheOutcome, string> = {
  hit: 'sluice; hit',
  miss: 'sluice; fwd=uri-miss; stored',
  joined: 'sluice; fwd=uri-miss; collapsed',
  held: 'sluice; fwd=uri-miss; detail=held',
}

export function sendContent(request: IncomingMessage, response: ServerResponse, content: Content, outcome: CacheOutcome, now: number): void {
  const { headers } = request
  const zipped = content.gzip && acceptsGzip(headers['accept-encoding']) ? content.gzip : undefined
  const { body, etag } = zipped ?? content
  const head = [
    ...cors,
    'etag', etag,
    'cache-control', content.cacheControl,
    'cache-status', cacheStatus[outcome],
    'age', String(Math.max(0, Math.floor((now - content.storedAt) / 1000))),
  ]
  if (content.gzip) head.push('vary', 'Accept-Encoding')
  if (matchesEtag(headers['if-none-match'], etag)) {
    response.writeHead(304, head).end()
    return
  }
  head.push('content-type', content.mediaType, 'accept-ranges', 'bytes')
  if (zipped) head.push('content-encoding', 'gzip')
  const ifRange = headers['if-range']
  const range = request.method === 'GET' && (ifRange === undefined || ifRange === etag) ? parseRange(headers.range, body.length) : undefined
  if (range === 'unsatisfiable') {
    response.writeHead(416, [...cors, 'content-range', `bytes */${body.length}`, 'content-length', '0', 'cache-control', 'no-store']).end()
  } else if (range) {
    head.push('content-length', String(range.end - range.start + 1), 'content-range', `bytes ${range.start}-${range.end}/${body.length}`)
    response.writeHead(206, head).end(body.subarray(range.start, range.end + 1))
  } else {
    head.push('content-length', String(body.length))
    response.writeHead(200, head).end(request.method === 'HEAD' ? undefined : body)
  }
}

/** A HEAD's answer from what is known without the bytes. */
export function sendHead(response: ServerResponse, known: { etag: string; sizeBytes: number; mediaType: string; cacheControl: string }): void {
  response
    .writeHead(200, [
      ...cors,
      'etag', known.etag,
      'cache-control', known.cacheControl,
      'cache-status', 'sluice; fwd=uri-miss',
      'content-type', known.mediaType,
      'accept-ranges', 'bytes',
      'content-length', String(known.sizeBytes),
    ])
    .end()
}

/** The answer to a preflight: anything that only reads. */
export function sendPreflight(response: ServerResponse): void {
  response
    .writeHead(204, [
      ...cors,
      'access-control-allow-methods', 'GET, HEAD, OPTIONS',
      'access-control-allow-headers', 'Range, If-None-Match, If-Range, Cache-Control, Content-Type',
      'access-control-max-age', '86400',
      'cache-control', 'public, max-age=86400',
    ])
    .end()
}

export function sendMethodNotAllowed(response: ServerResponse): void {
  response.writeHead(405, [...cors, 'allow', 'GET, HEAD, OPTIONS', 'content-length', '0']).end()
}

/**
 * A 503 may be cached for a second: a cache that joins requests then answers all waiters with it, instead of letting
 * them through one by one (DESIGN §7, "Caches in front"). The rest is not kept: a 404 or a refusal may end any time.
 */
export function sendRefusal(response: ServerResponse, problem: ProblemError): void {
  const busy = problem.code === 'segment_not_ready' || problem.code === 'unavailable'
  sendProblem(response, problem.code, { ...problem.options, headers: { ...corsRecord, 'cache-control': busy ? 'max-age=1' : 'no-store' } })
}

/** A q-value of 0 refuses (RFC 9110 §12.5.3). */
function acceptsGzip(header: string | string[] | undefined): boolean {
  return typeof header === 'string' && /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header)
}
