/** Who may see a video, and who may change it. */
import { isId } from '../domain/keys.ts'
import { isGone, type Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import { readVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'

export type Viewer = RequestAccount | undefined

export const isOwner = (video: Video, viewer: Viewer): boolean => viewer?.id === video.accountId

/** Private ones are their owner's alone. */
export const maySee = (video: Video, viewer: Viewer): boolean => !isGone(video) && (video.visibility !== 'private' || isOwner(video, viewer))

/** `video_not_found` when there is none, or none for this viewer. */
export async function seenVideo({ documents }: Pick<CatalogDeps, 'documents'>, videoId: string, viewer: Viewer): Promise<Video> {
  const video = await find(documents, videoId)
  if (!video || !maySee(video, viewer)) throw new ProblemError('video_not_found')
  return video
}

/** The video, when this account may change it: its owner, or an administrator (private ones too: they must be removable). */
export async function changeableVideo({ documents }: Pick<CatalogDeps, 'documents'>, videoId: string, account: RequestAccount): Promise<Video> {
  const video = await find(documents, videoId)
  if (!video || isGone(video)) throw new ProblemError('video_not_found')
  if (isOwner(video, account) || account.isAdmin) return video
  throw new ProblemError(maySee(video, account) ? 'forbidden' : 'video_not_found')
}

const find = async (documents: CatalogDeps['documents'], videoId: string): Promise<Video | undefined> =>
  isId(videoId) ? (await readVideo(documents, videoId))?.value : undefined
