/** POST /videos/:id/downloads: the files that this account may take away, by signed paths. */
import type { DownloadsAnswer } from '@sluice/contract'
import { downloadPath, downloadPrefix, isId } from '../../domain/keys.ts'
import { hasStarted, isGone } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import type { Documents } from '../../ports/documents.ts'
import { readPlan } from '../../records/plan.ts'
import { downloadSound, isDownloadable } from './download-file.ts'
import type { PlayDeps } from '../play/play.ts'
import type { PlayRequest } from '../play/play-request.ts'
import { accountViewer, guestViewer, sessionId, tokenExpiry } from '../sign/session.ts'
import { mintToken } from '../sign/token.ts'

/**
 * Complete renditions, the largest picture first. The owner and administrators always may, others where the owner
 * allowed it. Problems: video_not_found, download_not_allowed.
 */
export async function offerDownloads(
  deps: PlayDeps & { documents: Documents },
  request: PlayRequest,
): Promise<DownloadsAnswer> {
  const { videoId, accountId, origin } = request
  const video = isId(videoId) ? await deps.videos.get(videoId) : undefined
  const isOwner = video !== undefined && accountId === video.accountId
  if (!video || isGone(video) || (video.visibility === 'private' && !isOwner)) throw new ProblemError('video_not_found')
  if (!isOwner && !request.isAdmin && !video.downloadable) throw new ProblemError('download_not_allowed')
  const exp = tokenExpiry(deps.clock() / 1000, video.durationSeconds ?? 0)
  const plan = video.revision === undefined ? undefined : await readPlan(deps.documents, videoId, video.revision)
  if (!plan || !hasStarted(video) || !downloadSound(plan).every((id) => video.completeRenditions.includes(id))) return { items: [], expiresAt: exp * 1000 }

  const key = deps.keys.signing()
  const viewer = accountId === undefined ? guestViewer(request.ip, request.userAgent) : accountViewer(accountId)
  const token = mintToken(key, { prefix: downloadPrefix(videoId, plan.revision), exp, sid: sessionId(key, viewer, videoId, exp), ...(deps.bindToAddress && { ip: request.ip }) })
  const pictures = (plan.video?.renditions ?? []).toSorted((a, b) => b.height - a.height)
  const items = [...pictures, ...plan.audio]
    .filter(({ id }) => video.completeRenditions.includes(id) && isDownloadable(plan, id))
    .map((rendition) => ({
      renditionId: rendition.id,
      kind: 'height' in rendition ? ('video' as const) : ('audio' as const),
      ...('height' in rendition && { width: rendition.width, height: rendition.height }),
      url: `${origin}/p/${token}${downloadPath(videoId, plan.revision, rendition.id)}`,
    }))
  return { items, expiresAt: exp * 1000 }
}
