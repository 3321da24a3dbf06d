/** What the upload feature is handed. */
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'

export type UploadDeps = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  clock: Clock
  log: Log
  /** Where traces are made. */
  tracer?: Tracer
  limits: UploadLimits
}

export type UploadLimits = {
  maxFileBytes: number
  /** Per account. */
  maxOpenUploads: number
  expirySeconds: number
  partUrlSeconds: number
  /** How long after a transition's start somebody looks whether it ended. */
  dueDelaySeconds: number
}
