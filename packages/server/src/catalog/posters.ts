/** The pictures that a video's owner may choose the poster from. */
import type { PosterCandidate as WireCandidate } from '@sluice/contract'
import { posterPath } from '../domain/keys.ts'
import type { Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import { ProblemError } from '../http/problem.ts'
import type { CatalogDeps } from './deps.ts'
import { changeableVideo } from './see.ts'

/** Empty until they were made, when the video is ready. Problems: `video_not_found`, `forbidden`. */
export async function listPosters(deps: CatalogDeps, videoId: string, account: RequestAccount): Promise<WireCandidate[]> {
  const video = await changeableVideo(deps, videoId, account)
  if (!hasRevision(video)) return []
  return (video.posterCandidates ?? []).map(({ id, key, atSeconds }) => ({
    id,
    url: deps.signPath(video, account, posterPath(video.id, video.revision, key)),
    ...(atSeconds === undefined ? {} : { atSeconds }),
    isChosen: video.posterKey === key,
  }))
}

/** What changes in the document. Problem: `poster_not_found`. */
export function choosePoster(video: Video, posterId: string): Pick<Video, 'posterKey' | 'posterChosen'> {
  const candidate = video.posterCandidates?.find(({ id }) => id === posterId)
  if (!candidate) throw new ProblemError('poster_not_found')
  return { posterKey: candidate.key, posterChosen: true }
}

export const hasRevision = (video: Video): video is Video & { revision: string } => video.revision !== undefined
