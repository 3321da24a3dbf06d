/** Whose session a playback token is, for those who were told something by its holder. */
import type { Clock } from '../../base/time.ts'
import { isId, playbackPrefix } from '../../domain/keys.ts'
import type { Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import { refusal } from '../edge/admit.ts'
import type { LiveVideos } from '../live-videos.ts'
import type { PlaybackKeys } from './keys.ts'
import { verifyPath } from './token.ts'

/** A playback that outlasts its first token goes on under a newer one, and is still reported under the first: this much longer. */
const longerSeconds = 86_400

/** Problems: video_not_found, token_malformed, token_wrong, token_expired; as for a request to the edge with that token a day ago. */
export function sessionOpener({ videos, keys, clock }: { videos: LiveVideos; keys: PlaybackKeys; clock: Clock }) {
  const verified = async (path: string, ip: string): Promise<ReturnType<typeof verifyPath>> => {
    const judge = () => verifyPath(path, { keyOf: keys.find, nowSeconds: clock() / 1000 - longerSeconds, ip })
    const verdict = judge()
    if (verdict.ok || !verdict.unknownKid) return verdict
    // Perhaps a key of another process that was made a moment ago.
    await keys.refresh()
    return judge()
  }
  return async (videoId: string, token: string, ip: string): Promise<{ sessionId: string; video: Video }> => {
    const video = isId(videoId) ? (videos.peek(videoId) ?? (await videos.get(videoId))) : undefined
    if (video?.revision === undefined) throw new ProblemError('video_not_found')
    if (token.includes('/')) throw new ProblemError('token_malformed')
    const verdict = await verified(`/p/${token}${playbackPrefix(videoId, video.revision)}playback`, ip)
    if (!verdict.ok) throw new ProblemError(verdict.code)
    const refused = refusal(video, video.revision, verdict.token, keys)
    if (refused) throw new ProblemError(refused)
    return { sessionId: verdict.token.sid, video }
  }
}
