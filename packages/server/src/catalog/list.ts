/** Lists of videos: the latest of all channels, or one channel's. */
import type { ListVideos } from '@sluice/contract'
import type { Video } from '../domain/video.ts'
import { ProblemError } from '../http/problem.ts'
import { readAccount, readAccountByHandle } from '../records/account.ts'
import { cursorOf, parseCursor, readChannel, readLatest, type ListEntry } from '../records/listing.ts'
import { readVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import type { Viewer } from './see.ts'

const defaultLimit = 24
/** Entries looked at for one page: a page of stale ones ends early and goes on by its cursor. */
const examinedAtMost = 500

/**
 * A page of videos that this viewer may find. The home page has public ones from `playable` on; a channel has the
 * same, and for its owner everything. `popular` is sorted as `latest`: plays are counted but not ranked.
 * Problems: `unauthorized` (`me` without an account), `not_found` (no such channel), `bad_request` (the cursor).
 */
export async function listVideos(deps: CatalogDeps, query: ListVideos, viewer: Viewer): Promise<{ videos: Video[]; cursor?: string }> {
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor)
  if (query.cursor !== undefined && !after) throw new ProblemError('bad_request', { detail: 'querystring/cursor is not one that a list answered' })
  const limit = query.limit ?? defaultLimit
  if (query.channel === undefined) return page(deps, readLatest(deps.documents, after), isListed, limit)
  const channelId = await findChannel(deps, query.channel, viewer)
  const mine = channelId === viewer?.id
  return page(deps, readChannel(deps.documents, channelId, after), (video) => mine || isListed(video), limit)
}

const isListed = (video: Video): boolean => video.visibility === 'public' && (video.state === 'playable' || video.state === 'ready')

async function findChannel({ documents }: CatalogDeps, channel: string, viewer: Viewer): Promise<string> {
  if (channel === 'me') {
    if (!viewer) throw new ProblemError('unauthorized')
    return viewer.id
  }
  const account = (await readAccountByHandle(documents, channel)) ?? (await readAccount(documents, channel))
  if (!account) throw new ProblemError('not_found', { detail: 'There is no such channel' })
  return account.id
}

async function page(
  { documents }: CatalogDeps,
  entries: AsyncGenerator<ListEntry>,
  isWanted: (video: Video) => boolean,
  limit: number,
): Promise<{ videos: Video[]; cursor?: string }> {
  const videos: Video[] = []
  let last: ListEntry | undefined
  let examined = 0
  for await (const entry of entries) {
    // One entry beyond the page: without it there is no cursor.
    if (videos.length === limit || examined === examinedAtMost) return { videos, cursor: cursorOf(last!) }
    last = entry
    examined++
    const video = (await readVideo(documents, entry.videoId))?.value
    if (video && video.deletedAt === undefined && isWanted(video)) videos.push(video)
  }
  return { videos }
}
