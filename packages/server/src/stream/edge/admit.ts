/** Whether a token that verifies still opens the video: tokens live for hours, visibility may change in between. */
import type { ProblemCode } from '@sluice/contract'
import type { Video } from '../../domain/video.ts'
import type { VerifyingKeys } from '../sign/keys.ts'
import { accountViewer, sessionId } from '../sign/session.ts'
import type { Token } from '../sign/token.ts'

/**
 * The code to refuse with, or undefined. A private video is open to its owner's tokens alone: the session id in the
 * token tells, since the edge can make the owner's again.
 */
export function refusal(video: Video | undefined, revision: string, token: Token, keys: VerifyingKeys): ProblemCode | undefined {
  if (!video || video.deletedAt !== undefined || video.revision !== revision) return 'video_not_found'
  if (video.visibility !== 'private') return undefined
  const key = keys.find(token.kid)
  return key && sessionId(key, accountViewer(video.accountId), video.id, token.exp) === token.sid ? undefined : 'token_wrong'
}
