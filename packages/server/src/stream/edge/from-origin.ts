/** The edge's way to another edge, its origin: no documents, no objects, no queue; only the keys are shared, and which videos were withdrawn. */
import type { IncomingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { problems, type ProblemCode } from '@sluice/contract'
import { DriverUnavailable } from '../../base/errors.ts'
import type { Clock } from '../../base/time.ts'
import { parseDeliveryPath } from '../../domain/keys.ts'
import { askedOf, type Answer, type Asked } from '../../http/lean/answer.ts'
import { ProblemError } from '../../http/problem.ts'
import { revived, sha256Of, type Content } from '../cache/content.ts'
import type { Loaded, Tiers } from '../cache/tiers.ts'
import type { FetchedKeys } from '../sign/fetched-keys.ts'
import { mintToken } from '../sign/token.ts'
import { contentAnswer, foundAnswer, fromMemory, headAnswer } from './answer-content.ts'
import type { Origin } from './ask-origin.ts'
import { ShareUsedUp } from './hold-shares.ts'
import { queryOf, videoIdIn, type EdgeSource, type OpenedPath } from './source.ts'

const posterMs = 300_000
const posterPattern = /^\/posters\/([0-9a-z]{16})\.jpg$/

/** A refusal says nothing about other viewers; of what is not there yet or away, only a share that is used up. */
const isOfOneAsker = (error: unknown): boolean =>
  error instanceof ProblemError && (problems[error.code][0] !== 503 || error instanceof ShareUsedUp)

export function openOriginSource(deps: { origin: Origin; tiers: Tiers; clock: Clock; keys: FetchedKeys }): EdgeSource {
  const { origin, tiers, clock, keys } = deps

  /** What the origin is asked for. A bond to an address was checked here, where the viewer is seen: it sees ours. */
  const signedUrl = (asked: Asked, { path, name, token: { kid, exp, sid, boundToIp } }: OpenedPath): string => {
    const [token, prefix] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/'))]
    const key = keys.find(kid)
    if (token === '' || !key) throw new ProblemError('not_found')
    const query = queryOf(asked)
    return `/p/${boundToIp ? mintToken(key, { prefix, exp, sid }) : token}${path}${query === '' ? '' : `?${query}`}`
  }

  const fetched = async (path: string): Promise<Loaded> => {
    const { status, headers, body } = await origin.ask(path, 'GET')
    // The one 503 that says nothing about other viewers.
    if (status === 503 && headers['cache-control'] === 'no-store') throw new ShareUsedUp()
    if (status !== 200) throw problemOf(status, body)
    const etag = headers.etag ?? ''
    // The ETag is the bytes' own hash: what was damaged on the way is not kept.
    if (/^"[0-9a-f]{64}"$/.test(etag) && etag.slice(1, -1) !== sha256Of(body)) throw new ProblemError('unavailable', { retryAfterSeconds: 1 })
    const mediaType = headers['content-type'] ?? 'application/octet-stream'
    const age = Number(headers.age ?? 0) * 1000
    const content: Content = await revived({ body, etag, mediaType, cacheControl: headers['cache-control'] ?? 'no-store', storedAt: clock() - (age || 0) })
    const behind = headers['cache-status'] as string | undefined
    return { content, held: behind?.includes('detail=held') ?? false, ...(behind !== undefined && { behind }) }
  }

  /** Of a video that was deleted or is its owner's alone: the origin is asked each time, by each for itself, and nothing is kept. */
  const askedAnew = async (asked: Asked, path: string): Promise<Answer> => foundAnswer(asked, { ...(await fetched(path)), from: 'origin', mine: true }, 0, clock())

  const answered = async (asked: Asked, name: string, path: string): Promise<Answer> => {
    const since = performance.now()
    const found = await tiers.find(name, () => fetched(path), isOfOneAsker)
    return foundAnswer(asked, found, performance.now() - since, clock())
  }

  return {
    admits: ({ path }) => !keys.isWithdrawn(videoIdIn(path)),

    async deliver(asked, opened: OpenedPath) {
      const { path } = opened
      if (!parseDeliveryPath(path)) throw new ProblemError('not_found')
      const signed = signedUrl(asked, opened)
      if (keys.isWithdrawn(videoIdIn(path))) return asked.method === 'HEAD' ? passedOn(signed) : askedAnew(asked, signed)
      const known = tiers.get(path)
      if (known) return contentAnswer(asked, known, fromMemory, clock())
      // A HEAD neither waits nor has anything encoded: that is the origin's to say.
      if (asked.method === 'HEAD' && !tiers.has(path)) return passedOn(signed)
      return answered(asked, path, signed)
    },

    async poster(asked, path) {
      const id = posterPattern.exec(path)?.[1]
      if (id === undefined) throw new ProblemError('not_found')
      if (keys.isWithdrawn(id)) return askedAnew(asked, path)
      // Its bytes may change under the same URL: a name for every five minutes.
      const window = Math.floor(clock() / posterMs)
      const known = tiers.get(`${path} ${window}`)
      if (known) return contentAnswer(asked, known, fromMemory, clock())
      try {
        return await answered(asked, `${path} ${window}`, path)
      } catch (error) {
        const stale = error instanceof DriverUnavailable ? tiers.get(`${path} ${window - 1}`) : undefined
        if (!stale) throw error
        return contentAnswer(asked, stale, fromMemory, clock())
      }
    },

    async download(request, response, opened) {
      const headers = pickFields(request.headers, ['range', 'if-range', 'if-none-match'])
      const answer = await origin.open(signedUrl(askedOf(request), opened), { method: request.method === 'HEAD' ? 'HEAD' : 'GET', headers, patience: 'download' })
      const passed = ['content-type', 'content-length', 'content-range', 'content-disposition', 'etag', 'accept-ranges', 'cache-control', 'access-control-allow-origin', 'retry-after']
      response.writeHead(answer.statusCode!, pickFields(answer.headers, passed))
      // Either side may hang up at any time; the client asks for the rest.
      await pipeline(answer, response).catch(() => response.destroy())
    },

    close: () => origin.close(),
  }

  async function passedOn(path: string): Promise<Answer> {
    const { status, headers, body } = await origin.ask(path, 'HEAD')
    if (status !== 200) throw problemOf(status, body)
    const { etag = '', 'content-length': length = '0', 'content-type': mediaType = '', 'cache-control': cacheControl = 'no-store' } = headers
    return headAnswer({ etag, sizeBytes: Number(length), mediaType, cacheControl })
  }
}

const pickFields = (headers: IncomingHttpHeaders, names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])))

/** The origin's problem as it was; an answer that is no problem of ours is an origin that does not work. */
function problemOf(status: number, body: Buffer): ProblemError {
  const byStatus: Record<number, ProblemCode> = { 400: 'token_malformed', 403: 'token_wrong', 404: 'not_found', 410: 'token_expired', 503: 'segment_not_ready' }
  let code: unknown
  try {
    code = (JSON.parse(body.toString()) as { code?: unknown }).code
  } catch {
    code = undefined
  }
  const known = typeof code === 'string' && Object.hasOwn(problems, code) && problems[code as ProblemCode][0] === status ? (code as ProblemCode) : byStatus[status]
  return new ProblemError(known ?? 'unavailable', status >= 500 ? { retryAfterSeconds: 1 } : {})
}
