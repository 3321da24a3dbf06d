/** The edge's way to documents, objects, queue and signals. */
import { parseDeliveryPath, parseDownloadPath, segmentPath, type DeliveryPath } from '../../domain/keys.ts'
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import type { Video } from '../../domain/video.ts'
import type { ClientAddress } from '../../http/client-address.ts'
import type { Answer, Asked } from '../../http/lean/answer.ts'
import { ProblemError } from '../../http/problem.ts'
import type { Documents } from '../../ports/documents.ts'
import type { Objects } from '../../ports/objects.ts'
import type { Queue } from '../../ports/queue.ts'
import type { Signals } from '../../ports/signals.ts'
import { withCacheControl } from '../cache/content.ts'
import type { Loaded, Tiers } from '../cache/tiers.ts'
import { isWaiting, parseCmcd } from '../cmcd.ts'
import { openDownloads } from '../download/serve-downloads.ts'
import { openLiveVideos } from '../live-videos.ts'
import type { VerifyingKeys } from '../sign/keys.ts'
import type { Token } from '../sign/token.ts'
import { refusal } from './admit.ts'
import { contentAnswer, foundAnswer, fromMemory, headAnswer } from './answer-content.ts'
import { openDemandAhead } from './demand-ahead.ts'
import { extraObject } from './extra-object.ts'
import { openHoldShares, ShareUsedUp } from './hold-shares.ts'
import { openHolds, type HoldTimes } from './hold.ts'
import { loadContent, loadExtra, loadFilled, patiently, segmentHead, type LoadDeps } from './load-content.ts'
import { openRevisionFacts } from './revision-facts.ts'
import { queryOf, videoIdIn, type EdgeSource } from './source.ts'

export type StorageSourceDeps = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  keys: VerifyingKeys
  log: Log
  clock: Clock
  tiers: Tiers
  /** The connection's by default. */
  addressOf?: ClientAddress
  /** For tests; the defaults are the design's. */
  holdTimes?: HoldTimes
}

/** Visibility and revision are looked at again after this long, or when a signal says so. */
const recheckMs = 60_000
const posterPattern = /^\/posters\/([0-9a-z]{16})\.jpg$/

export function openStorageSource(deps: StorageSourceDeps): EdgeSource {
  const { keys, clock, tiers, addressOf = (asked) => asked.ip() } = deps
  const videos = openLiveVideos({ ...deps, freshMs: recheckMs, staleIfError: true })
  const holds = openHolds(deps, deps.holdTimes)
  const facts = openRevisionFacts(deps.documents)
  const downloads = openDownloads({ ...deps, planOf: (videoId, revision) => facts.plan(videoId, revision) })
  const load: LoadDeps = { ...deps, facts, holds, shares: openHoldShares(), demandAhead: openDemandAhead(deps) }

  const admitted = async (named: { videoId: string; revision: string }, token: Token): Promise<Video> => {
    const video = await patiently(() => videos.get(named.videoId))
    const refused = refusal(video, named.revision, token, keys)
    if (refused) throw new ProblemError(refused)
    return video!
  }

  const waited = async (asked: Asked, name: string, make: () => Promise<Loaded>): Promise<Answer> => {
    const since = performance.now()
    // That another viewer has used up his share is no answer for this one.
    const found = await tiers.find(name, make, (error) => error instanceof ShareUsedUp)
    return foundAnswer(asked, found, performance.now() - since, clock())
  }

  /** Who watches in order finds the next segment in memory. One that is not encoded is left to the encoders' own order. */
  const prefetch = (wanted: DeliveryPath): void => {
    if (wanted.kind !== 'segment' || !tiers.has(segmentPath(wanted, wanted.number - 1))) return
    const next = { ...wanted, number: wanted.number + 1 }
    const name = segmentPath(wanted, next.number)
    if (tiers.has(name)) return
    // Beyond the end, not encoded, or a store that is away: whoever asks for it will be told.
    tiers.find(name, async () => ({ content: await loadFilled(load, next), held: false })).catch(() => {})
  }

  return {
    admits({ path, token }) {
      // What is in the cache under this path was asked for by a path of the grammar, whose ids have fixed places.
      const video = videos.peek(videoIdIn(path))
      return video !== undefined && refusal(video, path.slice(20, 28), token, keys) === undefined
    },

    async deliver(asked, { path, token }) {
      const wanted = parseDeliveryPath(path)
      if (!wanted) throw new ProblemError('not_found')
      const video = await admitted(wanted, token)
      const extra = extraObject(wanted, video)
      // Kept by its key, not by its path: whether the video still lists it is looked at every time.
      const name = extra?.key ?? path
      const known = tiers.get(name)
      if (known) return contentAnswer(asked, known, fromMemory, clock())
      if (asked.method === 'HEAD' && wanted.kind === 'segment' && !tiers.has(name)) return headAnswer(await segmentHead(load, wanted))
      const isUrgent = wanted.kind !== 'segment' || isWaiting(parseCmcd(queryOf(asked)))
      if (isUrgent && wanted.kind === 'segment') holds.hurry(wanted)
      // A bond to an address is checked by who sees the viewer, and caches ask without it: here, the address is the viewer's.
      const asker = { sid: token.sid, address: token.boundToIp ? addressOf(asked) : undefined, isUrgent }
      const answer = await waited(asked, name, async () => (extra ? { content: await loadExtra(load, extra), held: false } : loadContent(load, wanted, video, asker)))
      prefetch(wanted)
      return answer
    },

    async poster(asked, path) {
      const id = posterPattern.exec(path)?.[1]
      const video = id === undefined ? undefined : (videos.peek(id) ?? (await patiently(() => videos.get(id))))
      if (!isPublic(video) || video.posterKey === undefined) throw new ProblemError('not_found')
      const stored = { key: video.posterKey, mediaType: 'image/jpeg' }
      // Its URL is stable and its bytes may change, or be withdrawn: caches ask again.
      const name = `/posters ${stored.key}`
      const known = tiers.get(name)
      // Fresh, since the video was just looked at: with the age of its bytes caches would take it for stale.
      if (known) return contentAnswer(asked, { ...known, storedAt: clock() }, fromMemory, clock())
      return waited(asked, name, async () => ({ content: withCacheControl(await loadExtra(load, stored), 'public, max-age=300'), held: false }))
    },

    async download(request, response, { path, token }) {
      const wanted = parseDownloadPath(path)
      if (!wanted) throw new ProblemError('not_found')
      await downloads.serve(request, response, wanted, await admitted(wanted, token))
    },

    close() {
      holds.close()
      videos.close()
    },
  }
}

const isPublic = (video: Video | undefined): video is Video => video !== undefined && video.deletedAt === undefined && video.visibility !== 'private'
