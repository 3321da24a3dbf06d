/** Signs delivery paths for an account outside a play answer: pictures in its own lists. */
import type { Clock } from '../../base/time.ts'
import { playbackPrefix } from '../../domain/keys.ts'
import type { Video } from '../../domain/video.ts'
import type { RequestAccount } from '../../http/auth.ts'
import type { PlaybackKeys } from './keys.ts'
import { accountViewer, sessionId, tokenExpiry } from './session.ts'
import { mintToken } from './token.ts'

/** The path with its token in front. The same one within an expiry window, so that pictures stay in the browser's cache. */
export type SignPath = (video: Video & { revision: string }, account: Pick<RequestAccount, 'id' | 'ip'>, path: string) => string

/** `bindToAddress`: as for play, since the token opens the whole video, not the picture alone. */
export function pathSigner({ keys, clock, bindToAddress }: { keys: PlaybackKeys; clock: Clock; bindToAddress?: boolean }): SignPath {
  return (video, { id, ip }, path) => {
    const key = keys.signing()
    const exp = tokenExpiry(clock() / 1000, video.durationSeconds ?? 0)
    const sid = sessionId(key, accountViewer(id), video.id, exp)
    return `/p/${mintToken(key, { prefix: playbackPrefix(video.id, video.revision), exp, sid, ...(bindToAddress && { ip }) })}${path}`
  }
}
