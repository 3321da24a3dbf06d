/** POST /videos/:id/play: may this viewer watch, and by which signed paths. */
import type { PlayAnswer } from '@sluice/contract'
import type { Clock } from '../../base/time.ts'
import { offeredCaptions } from '../../domain/extras.ts'
import { captionPath, dashPath, hlsPath, isId, playbackPrefix, posterPath, publicPosterPath, storyboardPath } from '../../domain/keys.ts'
import { hasStarted, type Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import type { PlaybackKeys } from '../sign/keys.ts'
import type { LiveVideos } from '../live-videos.ts'
import type { PlayRequest } from './play-request.ts'
import type { CloudFrontSigner } from './cloudfront-cookies.ts'
import { accountViewer, guestViewer, sessionId, tokenExpiry } from '../sign/session.ts'
import { mintToken } from '../sign/token.ts'

export type PlayDeps = {
  videos: LiveVideos
  keys: PlaybackKeys
  clock: Clock
  /** Whether URLs open for the asking address alone (SLUICE_BIND_PLAYBACK_TO_ADDRESS). */
  bindToAddress?: boolean
  /** Signs CloudFront's cookies beside the token. */
  cloudFront?: CloudFrontSigner
  /** Origins that serve what the edge does (SLUICE_DELIVERY_URLS); where there are none, the one that was asked. */
  deliveryUrls?: string[]
}

/** Problems: video_not_found, not_playable_yet (with Retry-After), video_failed. */
export async function play(deps: PlayDeps, request: PlayRequest): Promise<PlayAnswer> {
  const { videoId, accountId } = request
  const hosts = deps.deliveryUrls?.length ? deps.deliveryUrls : [request.origin]
  const origin = hosts[0]!
  const video = isId(videoId) ? (deps.videos.peek(videoId) ?? (await deps.videos.get(videoId))) : undefined
  if (!video || video.deletedAt !== undefined) throw new ProblemError('video_not_found')
  if (video.visibility === 'private' && video.accountId !== accountId) throw new ProblemError('video_not_found')
  const { revision, version, durationSeconds, startRendition } = playable(video)

  const key = deps.keys.signing()
  const exp = tokenExpiry(deps.clock() / 1000, durationSeconds)
  const viewer = accountId === undefined ? guestViewer(request.ip, request.userAgent) : accountViewer(accountId)
  const sid = sessionId(key, viewer, videoId, exp)
  const token = mintToken(key, { prefix: playbackPrefix(videoId, revision), exp, sid, ...(deps.bindToAddress && { ip: request.ip }) })
  const signed = `${origin}/p/${token}`
  return {
    sessionId: sid,
    token,
    dashUrl: `${signed}${dashPath(videoId, revision, version)}`,
    hlsUrl: `${signed}${hlsPath(videoId, revision, version)}`,
    startRendition,
    hosts,
    posterUrl: posterUrl(video, { origin, signed, revision }),
    storyboardUrl: video.storyboard ? `${signed}${storyboardPath(videoId, revision, video.storyboard.attempt)}` : null,
    captions: offeredCaptions(video.captions ?? []).map(({ language, label, kind, attempt }) => ({
      language,
      label,
      kind,
      url: `${signed}${captionPath(videoId, revision, attempt)}`,
    })),
    ...(video.loudness && { loudness: video.loudness }),
    expiresAt: exp * 1000,
  }
}

function playable(video: Video): { revision: string; version: number; durationSeconds: number; startRendition: string } {
  if (video.state === 'failed') throw new ProblemError('video_failed', { detail: video.failure?.message, members: { failure: video.failure } })
  const { revision, manifestVersion: version, durationSeconds, startRendition } = video
  if (!hasStarted(video) || revision === undefined || version === undefined || durationSeconds === undefined || startRendition === undefined) {
    throw new ProblemError('not_playable_yet', { retryAfterSeconds: 1, members: { state: video.state } })
  }
  return { revision, version, durationSeconds, startRendition }
}

function posterUrl({ id, posterKey, visibility }: Video, to: { origin: string; signed: string; revision: string }): string | null {
  if (posterKey === undefined) return null
  return visibility === 'private' ? `${to.signed}${posterPath(id, to.revision, posterKey)}` : `${to.origin}${publicPosterPath(id)}`
}
