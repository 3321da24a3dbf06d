/** Videos that were deleted or made private lately: caches that check tokens by themselves ask the edge for these. */
import type { Documents } from '../ports/documents.ts'

/** Longer than any token lives: twice the longest video there may be (SLUICE_MAX_DURATION_HOURS, 48) and eight hours. */
const keptSeconds = 5 * 24 * 3600
const partition = 'all'
const most = 20_000

/** Written before the change that it tells of: one too many costs a cache its hits, one too few would show what is private. */
export async function noteWithdrawn(documents: Documents, videoId: string): Promise<void> {
  await documents.put('withdrawn', partition, videoId, {}, { ttlSeconds: keptSeconds })
}

/** Their ids, in order; at most 20,000. */
export async function readWithdrawn(documents: Documents): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range('withdrawn', partition, { limit: 1000, cursor })
    ids.push(...page.items.map(({ sk }) => sk))
    cursor = page.cursor
  } while (cursor !== undefined && ids.length < most)
  return ids
}
