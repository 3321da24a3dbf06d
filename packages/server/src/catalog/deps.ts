/** What the catalog is handed. */
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Video } from '../domain/video.ts'
import type { RequestAccount } from '../http/auth.ts'
import type { Cache } from '../ports/cache.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'

export type CatalogDeps = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  cache: Cache
  clock: Clock
  /** A delivery path, signed for an account that may see the video, where it asks from. */
  signPath: (video: Video & { revision: string }, account: RequestAccount, path: string) => string
  log: Log
  limits: CatalogLimits
}

export type CatalogLimits = {
  /** How long after a transition's start somebody looks whether it ended. */
  dueDelaySeconds: number
  /** Event streams at once, per account (or address) and in all. */
  maxStreamsEach: number
  maxStreams: number
}
