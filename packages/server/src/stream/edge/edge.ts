/** The edge: signed delivery paths and posters, from its cache where it can (DESIGN §1, §4), over storage or another edge. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DriverUnavailable } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Measures } from '../../base/measures.ts'
import type { Clock } from '../../base/time.ts'
import type { ClientAddress } from '../../http/client-address.ts'
import { askedOf, sendAnswer, type Answer, type Asked } from '../../http/lean/answer.ts'
import { ProblemError } from '../../http/problem.ts'
import type { RawHandler } from '../../http/raw-handler.ts'
import type { DiskTier } from '../cache/disk.ts'
import { openTiers, type Tiers } from '../cache/tiers.ts'
import type { VerifyingKeys } from '../sign/keys.ts'
import { rememberTokens, type Opened } from '../sign/verified-tokens.ts'
import { contentAnswer, fromMemory, methodNotAllowedAnswer, preflightAnswer, refusalAnswer } from './answer-content.ts'
import { openStorageSource, type StorageSourceDeps } from './from-storage.ts'
import type { EdgeSource } from './source.ts'

export type Edge = {
  /** Answers `/p/…` and `/posters/…`, but for downloads; undefined for them and for what is not the edge's. */
  answer(asked: Asked): Answer | Promise<Answer> | undefined
  /** The same for requests of node:http, and downloads, which are too long for an answer in memory. */
  handle: RawHandler
  /** Ends holds; answers under way get their bytes or a 503. Resolves when nothing is written any more. */
  close(): Promise<void>
}

type CacheDeps = {
  keys: VerifyingKeys
  log: Log
  clock: Clock
  memoryBytes: number
  /** Told of every request that has a query and a good token. */
  cmcd?: { note(url: string): void }
  /** For tokens that open for one address; the connection's by default. */
  addressOf?: ClientAddress
  /** For /metrics. */
  measures?: Measures
  /** Closed with the edge. */
  disk?: DiskTier
}
export type EdgeDeps = CacheDeps & Omit<StorageSourceDeps, 'tiers'>

/** Next to storage: what it has not is read from documents and objects, or encoded while the viewer waits. */
export const createEdge = (deps: EdgeDeps): Edge => createEdgeOver(deps, (tiers) => openStorageSource({ ...deps, tiers }))

export function createEdgeOver(deps: CacheDeps, open: (tiers: Tiers) => EdgeSource): Edge {
  const { keys, clock, log, addressOf, cmcd, measures } = deps
  const tiers = openTiers(deps)
  const tokens = rememberTokens(keys.find)
  const source = open(tiers)

  const refusing = (work: Promise<Answer>): Promise<Answer> => work.catch((error: unknown) => refusalAnswer(problemOfError(error, log)))

  /** The token judged, and once more with keys read again where another process may have made one a moment ago. */
  const opened = (path: string, asked: Asked, refreshed: boolean): Opened | Promise<Opened> => {
    const verdict = tokens.open(path, clock() / 1000, addressOf ? () => addressOf(asked) : asked.ip)
    if (verdict.ok || !verdict.unknownKid || refreshed) return verdict
    return keys.refresh().then(() => opened(path, asked, true))
  }

  const signed = (asked: Asked, path: string): Answer | Promise<Answer> => {
    const verdict = opened(path, asked, false)
    if (verdict instanceof Promise) return refusing(verdict.then((judged) => (judged.ok ? source.deliver(asked, judged) : refusalAnswer(new ProblemError(judged.code)))))
    if (!verdict.ok) return refusalAnswer(new ProblemError(verdict.code))
    if (cmcd && path.length < asked.url.length) cmcd.note(asked.url)
    // The path of nearly every request: in memory, video looked at lately. No promise, no parsing.
    const content = tiers.get(verdict.path)
    if (content && source.admits(verdict)) return contentAnswer(asked, content, fromMemory, clock())
    return refusing(source.deliver(asked, verdict))
  }

  const noted = (made: Answer): Answer => {
    if (made.cache !== undefined) measures?.count('sluice_edge_answers_total', made.cache)
    else if (made.problem !== undefined) measures?.count('sluice_problems_total', made.problem)
    return made
  }

  const answer = (asked: Asked): Answer | Promise<Answer> | undefined => {
    const given = answerTo(asked)
    return given instanceof Promise ? given.then(noted) : given && noted(given)
  }

  const answerTo = (asked: Asked): Answer | Promise<Answer> | undefined => {
    const { method } = asked
    const url = signedUrl(asked)
    const isPoster = url.startsWith('/posters/')
    if (!isPoster && !url.startsWith('/p/')) return undefined
    if (method === 'OPTIONS') return preflightAnswer
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowedAnswer
    const path = pathOf(url)
    if (isPoster) return refusing(source.poster(asked, path))
    return isDownload(path) ? undefined : signed(asked, path)
  }

  /** The file is longer than an answer in memory may be: sent as the client takes it. */
  const download = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = askedOf(request)
    const verdict = await opened(pathOf(signedUrl(asked)), asked, false)
    if (!verdict.ok) throw new ProblemError(verdict.code)
    await source.download(request, response, verdict)
  }

  return {
    answer,
    handle(request, response) {
      const asked = askedOf(request)
      const given = answer(asked)
      if (given !== undefined) {
        if (given instanceof Promise) void given.then((made) => sendAnswer(request, response, made))
        else sendAnswer(request, response, given)
        return true
      }
      if (!signedUrl(asked).startsWith('/p/')) return false
      download(request, response).catch((error: unknown) => sendAnswer(request, response, refusalAnswer(problemOfError(error, log))))
      return true
    },
    async close() {
      source.close()
      await tiers.close()
    },
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** `/p/<token>/d/…`. */
const isDownload = (path: string): boolean => path.startsWith('/d/', path.indexOf('/', 3))

/** A cache that had to take the token out of the path to have one key for all viewers (CloudFront) hands it on in a header. */
function signedUrl(asked: Asked): string {
  const { url } = asked
  if (!url.startsWith('/v/') && !url.startsWith('/d/')) return url
  const token = asked.header('x-sluice-token')
  return token === undefined || token.includes('/') ? url : `/p/${token}${url}`
}

/** Never logs the request's URL: its token opens the video. */
function problemOfError(error: unknown, log: Log): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof DriverUnavailable) {
    log.warn({ err: error }, 'the edge could not reach a store')
    return new ProblemError('unavailable', { retryAfterSeconds: 1 })
  }
  log.error({ err: error }, 'the edge failed')
  return new ProblemError('internal')
}
