/** The edge's answers: whole, conditional or ranged content, what it refuses, preflights. Pure. */
import type { ProblemError } from '../../http/problem.ts'
import { makeHead, problemAnswer, type Answer, type Asked, type Head } from '../../http/lean/answer.ts'
import { matchesEtag, parseRange } from './byte-range.ts'
import { cors, type Content } from '../cache/content.ts'
import { ShareUsedUp } from './hold-shares.ts'
import type { Found } from '../cache/tiers.ts'

/**
 * Where the bytes came from (RFC 9211). `held`: the client waited for its encode, which says nothing about its line.
 * `disk` is a hit as well; `joined` waited for another's read.
 */
export type CacheOutcome = 'hit' | 'disk' | 'miss' | 'joined' | 'held'

const outcomes: Record<CacheOutcome, { status: string; timing: string }> = {
  hit: { status: 'sluice; hit', timing: 'cache;desc=memory' },
  disk: { status: 'sluice; hit; detail=disk', timing: 'cache;desc=disk' },
  miss: { status: 'sluice; fwd=uri-miss; stored', timing: 'cache;desc=miss' },
  joined: { status: 'sluice; fwd=uri-miss; collapsed', timing: 'cache;desc=joined' },
  held: { status: 'sluice; fwd=uri-miss; detail=held', timing: 'cache;desc=held' },
}

export type Came = {
  outcome: CacheOutcome
  /** How long the client waited for storage, an encode or another edge. */
  waitedMs?: number
  /** What the caches behind this one said (RFC 9211: the nearest to the viewer comes last). */
  behind?: string
}
const outcomeOf = ({ from, held, mine }: Found): CacheOutcome => (from === 'disk' ? 'disk' : held ? 'held' : mine ? 'miss' : 'joined')

export const fromMemory: Came = { outcome: 'hit' }

export function contentAnswer(asked: Asked, content: Content, came: Came, now: number): Answer {
  const answer = answerOf(asked, content, came, now)
  answer.cache = came.outcome
  return answer
}

/** What was not in memory, and came after that long. */
export function foundAnswer(asked: Asked, found: Found, waitedMs: number, now: number): Answer {
  const behind = found.from === 'origin' && found.behind !== undefined ? { behind: found.behind } : {}
  const answer = contentAnswer(asked, found.content, { outcome: outcomeOf(found), waitedMs, ...behind }, now)
  if (found.release) answer.release = found.release
  return answer
}

function answerOf(asked: Asked, content: Content, { outcome, waitedMs, behind }: Came, now: number): Answer {
  const { status, timing } = outcomes[outcome]
  const age = now - content.storedAt
  const also = [
    'cache-status', behind === undefined ? status : `${behind}, ${status}`,
    'server-timing', waitedMs === undefined ? timing : `${timing};dur=${waitedMs.toFixed(1)}`,
    'age', age < 1000 ? '0' : String(Math.floor(age / 1000)),
  ]
  const shown = content.gzip && acceptsGzip(asked.header('accept-encoding')) ? content.gzip : content
  const { body, etag } = shown
  const noneMatch = asked.header('if-none-match')
  if (noneMatch !== undefined && matchesEtag(noneMatch, etag)) return { status: 304, head: notModifiedHead(content, etag), also }
  const rangeText = asked.method === 'GET' ? asked.header('range') : undefined
  if (rangeText === undefined) return { status: 200, head: shown.head, also, body }
  const ifRange = asked.header('if-range')
  const range = ifRange === undefined || ifRange === etag ? parseRange(rangeText, body.length) : undefined
  if (range === undefined) return { status: 200, head: shown.head, also, body }
  if (range === 'unsatisfiable') {
    return { status: 416, head: corsHead, also: ['content-range', `bytes */${body.length}`, 'content-length', '0', 'cache-control', 'no-store'] }
  }
  const fields = shown.head.fields.slice(0, -2)
  fields.push('content-length', String(range.end - range.start + 1), 'content-range', `bytes ${range.start}-${range.end}/${body.length}`)
  return { status: 206, head: makeHead(fields), also, body: body.subarray(range.start, range.end + 1) }
}

function notModifiedHead({ cacheControl, gzip }: Content, etag: string): Head {
  return makeHead([...cors, 'etag', etag, 'cache-control', cacheControl, ...(gzip ? ['vary', 'Accept-Encoding'] : [])])
}

/** A HEAD's answer from what is known without the bytes. */
export function headAnswer(known: { etag: string; sizeBytes: number; mediaType: string; cacheControl: string }): Answer {
  const fields = ['etag', known.etag, 'cache-control', known.cacheControl, 'cache-status', 'sluice; fwd=uri-miss', 'content-type', known.mediaType]
  return { status: 200, head: corsHead, also: [...fields, 'accept-ranges', 'bytes', 'content-length', String(known.sizeBytes)] }
}

const corsHead = makeHead(cors)

/** The answer to a preflight: anything that only reads. */
export const preflightAnswer: Answer = {
  status: 204,
  head: makeHead([
    ...cors,
    'access-control-allow-methods', 'GET, HEAD, OPTIONS',
    'access-control-allow-headers', 'Range, If-None-Match, If-Range, Cache-Control, Content-Type',
    'access-control-max-age', '86400',
    'cache-control', 'public, max-age=86400',
  ]),
  also: [],
}

export const methodNotAllowedAnswer: Answer = { status: 405, head: makeHead([...cors, 'allow', 'GET, HEAD, OPTIONS', 'content-length', '0']), also: [] }

/**
 * A 503 may be cached for a second: a cache that joins requests then answers all waiters with it, instead of letting
 * them through one by one (DESIGN §7, "Caches in front"). The rest is not kept: a 404 or a refusal may end any time,
 * and a used-up share is one viewer's alone.
 */
export function refusalAnswer(problem: ProblemError): Answer {
  const busy = (problem.code === 'segment_not_ready' || problem.code === 'unavailable') && !(problem instanceof ShareUsedUp)
  return problemAnswer(problem, [...cors, 'cache-control', busy ? 'max-age=1' : 'no-store'])
}

/** A q-value of 0 refuses (RFC 9110 §12.5.3). */
function acceptsGzip(header: string | undefined): boolean {
  return header !== undefined && /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header)
}
