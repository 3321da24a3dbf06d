/** What the audience's routes are handed. */
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import type { GatheredCounts } from '../records/gathered-counts.ts'

export type AudienceDeps = {
  documents: Documents
  /** The session that a playback token of this video holds. Problems: token_malformed, token_wrong, token_expired, video_not_found. */
  openSession: (videoId: string, token: string, ip: string) => Promise<{ sessionId: string; video: Video }>
  gathered: Pick<GatheredCounts, 'add'>
  clock: Clock
  log: Log
}
