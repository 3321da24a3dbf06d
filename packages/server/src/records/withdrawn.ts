/** Videos that were deleted or made private lately: caches that check tokens by themselves ask the edge for these. */
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import { updateVideo } from './video.ts'

/** Longer than any token lives: twice the longest video there may be (SLUICE_MAX_DURATION_HOURS, 48) and eight hours. */
const keptSeconds = 5 * 24 * 3600
const partition = 'all'
export const mostWithdrawn = 20_000

/**
 * As updateVideo, for a change after which tokens that are out must open the video no more. It is noted before: one too many
 * costs a cache its hits, one too few would show what is private. Before its upload is complete a video never had a token: nothing to note.
 */
export async function withdrawVideo(documents: Documents, { id, state }: Video, change: (video: Video) => Video | undefined): Promise<Video | undefined> {
  const isBegun = state !== 'awaiting-upload'
  if (isBegun) await documents.put('withdrawn', partition, id, {}, { ttlSeconds: keptSeconds })
  let begun: Video | undefined
  const video = await updateVideo(documents, id, (now) => {
    // Completed in between: tokens may be out by now, so that is to be noted first.
    begun = !isBegun && now.state !== 'awaiting-upload' ? now : undefined
    return begun ? undefined : change(now)
  })
  return begun ? withdrawVideo(documents, begun, change) : video
}

/** Their ids, in order; at most 20,000. */
export async function readWithdrawn(documents: Documents): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range('withdrawn', partition, { limit: 1000, cursor })
    ids.push(...page.items.map(({ sk }) => sk))
    cursor = page.cursor
  } while (cursor !== undefined && ids.length < mostWithdrawn)
  return ids
}
