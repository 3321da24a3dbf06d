/** The edge: signed delivery paths and posters over plain node:http, from memory where it can (DESIGN §1, §4). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DriverUnavailable } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { SingleFlight } from '../base/once.ts'
import type { Clock } from '../base/time.ts'
import { parseDeliveryPath, parseDownloadPath } from '../domain/keys.ts'
import type { Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'
import { refusal } from './admit.ts'
import { contentBytes, type Content } from './content.ts'
import { openDemandAhead } from './demand-ahead.ts'
import { openHolds, type HoldTimes } from './hold.ts'
import type { PlaybackKeys } from './keys.ts'
import { openLiveVideos } from './live-videos.ts'
import { extraObject } from './extra-object.ts'
import { loadContent, loadExtra, patiently, segmentHead, type Loaded, type LoadDeps } from './load-content.ts'
import { openRevisionFacts } from './revision-facts.ts'
import { openDownloads } from './serve-downloads.ts'
import { sendContent, sendHead, sendMethodNotAllowed, sendPreflight, sendRefusal } from './send-content.ts'
import { Sieve } from './sieve.ts'
import type { Token } from './token.ts'
import { rememberTokens } from './verified-tokens.ts'

export type EdgeDeps = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  keys: PlaybackKeys
  log: Log
  clock: Clock
  memoryBytes: number
  /** For tests; the defaults are the design's. */
  holdTimes?: HoldTimes
}

/** Visibility and revision are looked at again after this long, or when a signal says so. */
const recheckMs = 60_000
const posterPattern = /^\/posters\/([0-9a-z]{16})\.jpg$/

/** `handle` takes `/p/…` and `/posters/…`. `close` ends holds; answers under way get their bytes or a 503. */
export function createEdge(deps: EdgeDeps): { handle: RawHandler; close(): void } {
  const { keys, clock, log } = deps
  const cache = new Sieve<Content>(deps.memoryBytes)
  const tokens = rememberTokens(keys.find)
  const videos = openLiveVideos({ ...deps, freshMs: recheckMs, staleIfError: true })
  const holds = openHolds(deps, deps.holdTimes)
  const loading = new SingleFlight<Loaded>()
  const facts = openRevisionFacts(deps.documents)
  const downloads = openDownloads({ ...deps, planOf: (videoId, revision) => facts.plan(videoId, revision) })
  const load: LoadDeps = { ...deps, facts, holds, demandAhead: openDemandAhead(deps) }

  /** One read for all who ask at once. It goes on when they leave: the next one finds it in memory. */
  const joined = async (name: string, make: () => Promise<Loaded>): Promise<Loaded & { mine: boolean }> => {
    let mine = false
    const loaded = await loading.run(name, async () => {
      mine = true
      const made = await make()
      cache.set(name, made.content, contentBytes(made.content))
      return made
    })
    return { ...loaded, mine }
  }

  const admitted = async (named: { videoId: string; revision: string }, token: Token): Promise<Video> => {
    const video = await patiently(() => videos.get(named.videoId))
    const refused = refusal(video, named.revision, token, keys)
    if (refused) throw new ProblemError(refused)
    return video!
  }

  const deliver = async (request: IncomingMessage, response: ServerResponse, path: string, token: Token): Promise<void> => {
    const download = parseDownloadPath(path)
    if (download) return downloads.serve(request, response, download, await admitted(download, token))
    const wanted = parseDeliveryPath(path)
    if (!wanted) throw new ProblemError('not_found')
    const video = await admitted(wanted, token)
    const extra = extraObject(wanted, video)
    // Kept by its key, not by its path: whether the video still lists it is looked at every time.
    const name = extra?.key ?? path
    const known = cache.get(name)
    if (known) return sendContent(request, response, known, 'hit', clock())
    if (request.method === 'HEAD' && wanted.kind === 'segment') return sendHead(response, await segmentHead(load, wanted))
    const { content, held, mine } = await joined(name, async () => (extra ? { content: await loadExtra(load, extra), held: false } : loadContent(load, wanted, video)))
    if (!response.destroyed) sendContent(request, response, content, held ? 'held' : mine ? 'miss' : 'joined', clock())
  }

  const poster = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const id = posterPattern.exec(path)?.[1]
    const video = id === undefined ? undefined : (videos.peek(id) ?? (await patiently(() => videos.get(id))))
    if (!isPublic(video) || video.posterKey === undefined) throw new ProblemError('not_found')
    const stored = { key: video.posterKey, mediaType: 'image/jpeg' }
    const name = stored.key
    const known = cache.get(name)
    const found = known ? { content: known, mine: true } : await joined(name, async () => ({ content: await loadExtra(load, stored), held: false }))
    // Its URL is stable and its bytes may change, or be withdrawn: caches ask again.
    const content = { ...found.content, cacheControl: 'public, max-age=300' }
    if (!response.destroyed) sendContent(request, response, content, known ? 'hit' : found.mine ? 'miss' : 'joined', clock())
  }

  const answering = (response: ServerResponse, work: Promise<void>): void => {
    work.catch((error: unknown) => {
      const problem = problemOfError(error, log)
      if (!response.destroyed) sendRefusal(response, problem)
    })
  }

  const signed = (request: IncomingMessage, response: ServerResponse, path: string, refreshed: boolean): void => {
    const opened = tokens.open(path, clock() / 1000, request.socket.remoteAddress)
    if (!opened.ok) {
      if (!opened.unknownKid || refreshed) return sendRefusal(response, new ProblemError(opened.code))
      // Perhaps a key of another process that was made a moment ago.
      return answering(response, keys.refresh().then(() => signed(request, response, path, true)))
    }
    // The path of nearly every request: in memory, video looked at lately. No promise, no parsing: what is in the cache
    // under this path was asked for by a path of the grammar, whose ids have fixed places.
    const content = cache.get(opened.path)
    const video = content && videos.peek(opened.path.slice(3, 19))
    if (content && video && !refusal(video, opened.path.slice(20, 28), opened.token, keys)) {
      return sendContent(request, response, content, 'hit', clock())
    }
    answering(response, deliver(request, response, opened.path, opened.token))
  }

  return {
    handle(request, response) {
      const url = request.url ?? ''
      const isPoster = url.startsWith('/posters/')
      if (!isPoster && !url.startsWith('/p/')) return false
      if (request.method === 'OPTIONS') sendPreflight(response)
      else if (request.method !== 'GET' && request.method !== 'HEAD') sendMethodNotAllowed(response)
      else {
        const query = url.indexOf('?')
        const path = query < 0 ? url : url.slice(0, query)
        if (isPoster) answering(response, poster(request, response, path))
        else signed(request, response, path, false)
      }
      return true
    },
    close() {
      holds.close()
      videos.close()
      cache.clear()
    },
  }
}

const isPublic = (video: Video | undefined): video is Video => video !== undefined && video.deletedAt === undefined && video.visibility !== 'private'

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
