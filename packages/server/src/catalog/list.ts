/** Lists of videos, the latest or the most watched: of all channels, or of one. */
import { Handle, type ListVideos } from '@sluice/contract'
import { Value } from 'typebox/value'
import { readAhead } from '../base/read-ahead.ts'
import { isId } from '../domain/keys.ts'
import { hasStarted, type Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import type { Documents } from '../ports/documents.ts'
import { readAccount, readAccountByHandle, type Account } from '../records/account.ts'
import { cursorOf, parseCursor, readChannel, readLatest, type ListEntry } from '../records/listing.ts'
import { parseRankedKey, rankedKey, readRank, readRanked, type RankedEntry } from '../records/popular.ts'
import { readVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import type { Viewer } from './see.ts'

const defaultLimit = 24
/** Entries looked at for one page: a page of stale ones ends early and goes on by its cursor. */
const examinedAtMost = 500
/** Read at once for one page, at most. */
const videosAhead = 8
/** Ids have this form too; anything else is looked up nowhere. */
const isHandle = (text: string): boolean => Value.Check(Handle, text)

/** What a page goes by: a video, and the cursor that goes on behind it. `isRest`: only wanted if it has no rank. */
type Candidate = { videoId: string; cursor: string; isRest?: boolean }

/**
 * A page of videos that this viewer may find. The home page has public ones from `playable` on; a channel has the
 * same, and for its owner everything. `popular` has the most watched first, then those that nobody watched lately, the
 * newest first; a video may come twice on two pages whose views rose in between.
 * Problems: `unauthorized` (`me` without an account), `not_found` (no such channel), `bad_request` (the cursor).
 */
export async function listVideos(deps: CatalogDeps, query: ListVideos, viewer: Viewer): Promise<{ videos: Video[]; cursor?: string }> {
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor)
  const afterRanked = query.cursor === undefined || query.sort !== 'popular' ? undefined : parseRankedKey(query.cursor)
  if (query.cursor !== undefined && !after && !afterRanked) throw new ProblemError('bad_request', { detail: 'querystring/cursor is not one that a list answered' })
  const channelId = query.channel === undefined ? undefined : await findChannel(deps, query.channel, viewer)
  const mine = channelId !== undefined && channelId === viewer?.id
  const candidates = query.sort === 'popular' ? byViews(deps, channelId, afterRanked, after) : byDate(deps, channelId, after)
  return page(deps, candidates, (video) => mine || isListed(video), query.limit ?? defaultLimit)
}

async function* byDate({ documents }: CatalogDeps, channelId: string | undefined, after?: ListEntry): AsyncGenerator<Candidate> {
  const entries = channelId === undefined ? readLatest(documents, after) : readChannel(documents, channelId, after)
  for await (const entry of entries) yield { videoId: entry.videoId, cursor: cursorOf(entry) }
}

async function* byViews(deps: CatalogDeps, channelId: string | undefined, afterRanked?: RankedEntry, after?: ListEntry): AsyncGenerator<Candidate> {
  if (!after) for await (const entry of readRanked(deps.documents, channelId, afterRanked)) yield { videoId: entry.videoId, cursor: rankedKey(entry) }
  for await (const candidate of byDate(deps, channelId, after)) yield { ...candidate, isRest: true }
}

const isListed = (video: Video): boolean => video.visibility === 'public' && hasStarted(video)

async function findChannel({ documents }: CatalogDeps, channel: string, viewer: Viewer): Promise<string> {
  if (channel === 'me') {
    if (!viewer) throw new ProblemError('unauthorized')
    return viewer.id
  }
  const account = isHandle(channel) ? await readChannelAccount(documents, channel) : undefined
  if (!account) throw new ProblemError('not_found', { detail: 'There is no such channel' })
  return account.id
}

/** By id first: a handle that equals another's id takes nobody's channel over. */
const readChannelAccount = async (documents: Documents, channel: string): Promise<Account | undefined> =>
  (isId(channel) ? await readAccount(documents, channel) : undefined) ?? (await readAccountByHandle(documents, channel))

async function page(
  { documents }: CatalogDeps,
  candidates: AsyncGenerator<Candidate>,
  isWanted: (video: Video) => boolean,
  limit: number,
): Promise<{ videos: Video[]; cursor?: string }> {
  const videos: Video[] = []
  let last: Candidate | undefined
  let examined = 0
  // Ranks are read here, where what is skipped counts as examined too.
  const read = async ({ videoId, isRest }: Candidate): Promise<Video | undefined> =>
    isRest && (await readRank(documents, videoId)) !== undefined ? undefined : (await readVideo(documents, videoId))?.value
  for await (const [candidate, video] of readAhead(candidates, read, videosAhead)) {
    // One entry beyond the page: without it there is no cursor.
    if (videos.length === limit || examined === examinedAtMost) return { videos, cursor: last!.cursor }
    last = candidate
    examined++
    if (video && video.deletedAt === undefined && isWanted(video)) videos.push(video)
  }
  return { videos }
}
