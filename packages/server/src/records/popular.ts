/** Lists of the most watched videos, of all channels and of each. Entries are hints: readers re-read each video. */
import type { Clock } from '../base/time.ts'
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import { readViews } from './audience.ts'
import { changeDocument } from './change-document.ts'
import { rows } from './rows.ts'

export type RankedEntry = { videoId: string; views: number }

const everybody = 'all'
/** Further down the list of all channels nobody looks, and a partition has to stay small. */
const mostRanked = 10_000
/** What nobody has watched for so long leaves the lists: it comes behind them, by its date. */
const keptSeconds = 90 * 86_400
const cutEveryMs = 60_000
const mostViews = 9_999_999_999_999
const keyPattern = /^v([0-9]{13})-([0-9a-z]{16})$/

/** Sorts the most watched first; ties by id. No key of a list by date looks like it. */
export const rankedKey = ({ views, videoId }: RankedEntry): string => `v${String(mostViews - views).padStart(13, '0')}-${videoId}`

/** A place in such a list, as cursors name it. Undefined for text that is none. */
export function parseRankedKey(cursor: string): RankedEntry | undefined {
  const m = keyPattern.exec(cursor)
  return m ? { views: mostViews - Number(m[1]), videoId: m[2]! } : undefined
}

export type Ranks = {
  /** Puts a video where its views place it. */
  place(video: Pick<Video, 'id' | 'accountId'>): Promise<void>
}

/** `most`: places on the list of all channels. */
export function openRanks({ documents, clock, most = mostRanked }: { documents: Documents; clock: Clock; most?: number }): Ranks {
  let cutAt = -Infinity
  let least = 0
  return {
    async place({ id: videoId, accountId }) {
      const views = await readViews(documents, videoId)
      if (views === 0) return
      if (clock() - cutAt > cutEveryMs) {
        cutAt = clock()
        least = await cutRanked(documents, most)
      }
      await rank(documents, { videoId, views }, accountId, least)
    },
  }
}

/** Of several processes at once the highest count stays: the rank says which entry is the video's, and whoever replaces it removes the one before. */
async function rank(documents: Documents, entry: RankedEntry, accountId: string, least: number): Promise<void> {
  const { videoId, views } = entry
  const listsOf = (count: number) => (count < least ? [accountId] : [everybody, accountId])
  await Promise.all(listsOf(views).map((list) => documents.put('popular', list, rankedKey(entry), entry, { ttlSeconds: keptSeconds })))
  let before: number | undefined
  const ranked = await changeDocument<{ views: number }>(
    documents,
    { table: 'rank', pk: videoId, sk: '' },
    (stored) => {
      before = stored?.views
      return before === undefined || before <= views ? { views } : undefined
    },
    { ttlSeconds: keptSeconds },
  )
  const gone = ranked!.views > views ? views : before
  if (gone === undefined || gone === ranked!.views) return
  // A tombstone where nothing was is in the way of who reads the list; what fell off it is cut from it.
  await Promise.all(listsOf(gone).map((list) => documents.delete('popular', list, rankedKey({ videoId, views: gone }))))
}

/** How often it was watched when it was last ranked; undefined for one that is on no list. */
export const readRank = async (documents: Documents, videoId: string): Promise<number | undefined> =>
  (await documents.get<{ views: number }>('rank', videoId))?.value.views

/** The most watched first, from behind `after`: of a channel, or of all up to a place where nobody looks. */
export async function* readRanked(documents: Documents, accountId: string | undefined, after?: RankedEntry): AsyncGenerator<RankedEntry> {
  const cursor = after && rankedKey(after)
  for await (const entry of rows<RankedEntry>(documents, 'popular', accountId ?? everybody, { cursor })) {
    // One that is left over from a process that died is not the video's own.
    if ((await readRank(documents, entry.videoId)) === entry.views) yield entry
  }
}

/** Cuts the list of all channels behind its last place, and answers the views that it takes to be on it. */
async function cutRanked(documents: Documents, most: number): Promise<number> {
  let seen = 0
  let least = 0
  let cursor: string | undefined
  do {
    const page = await documents.range<RankedEntry>('popular', everybody, { cursor, limit: 1000 })
    for (const { sk, value } of page.items) {
      seen++
      if (seen === most) least = value.views
      if (seen > most) await documents.delete('popular', everybody, sk)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return least
}
