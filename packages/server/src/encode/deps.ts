/** What encoding needs from outside. roles/ composes it. */
import type { Log } from '../base/log.ts'
import type { Measures } from '../base/measures.ts'
import type { Clock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { Eager, TierCodec } from '../domain/plan.ts'
import type { UpgradePrices } from '../domain/upgrade-rule.ts'
import type { HardwareEncoder } from '../domain/plan.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Priority, Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'
import type { MediaRoom } from './media-room.ts'

export type EncodeDeps = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  log: Log
  clock: Clock
  media: MediaRoom
  /** For /metrics; absent where nobody asks. */
  measures?: Measures
  /** Where traces are made. */
  tracer?: Tracer
  limits: EncodeLimits
}

/** All, none, or those whose saved egress is worth more than the encode. */
export type UpgradePolicy = 'never' | 'always' | 'popular'

export type EncodeLimits = {
  /** Bulk tasks at once, beside the express loops. */
  slots: number
  /** Which tasks are taken here; all when absent. */
  priorities?: Priority[]
  /** Videos of one account that are opened at once; half as many have their ladder made. */
  videosPerAccount: number
  /** x264 preset of new plans. */
  preset: string
  /** Processor cores of an encoder, which decide what a viewer can wait for; two when absent. */
  cores?: number
  /** The hardware that new plans are made for; software when absent. */
  videoEncoder?: HardwareEncoder
  /** How long a plan waits for its hardware when nobody has it any more; ten when absent. */
  hardwareWaitMinutes?: number
  /** Which renditions of new plans are made without being asked for. */
  eager: Eager
  /** When lazy renditions are completed: when nothing else is to be done, or only where enough of one was watched. */
  lazyFill: 'idle' | 'views'
  /** Which ready videos get which further codecs. */
  upgrade: Record<TierCodec, UpgradePolicy> & { prices: UpgradePrices }
  /** Turns speech into captions; absent or empty: nobody does. */
  transcribeCommand?: string[]
  maxDurationSeconds: number
  /** Age from which the sweep removes an object that nothing refers to. */
  sweepGraceMinutes: number
  /** For tests: look again after seconds instead of minutes. */
  fastDue: boolean
  /** Where work directories are made. */
  workRoot: string
}

/** What a task's handler is told about the delivery it works for. */
export type TaskContext = {
  /** Aborts when the lease is lost, the worker stops or the task has run for an hour. */
  signal: AbortSignal
  /** Which delivery of the task this is, from 1. */
  attempt: number
  /** The delivery's: 0 when a viewer waits. */
  priority: Priority
}

/** Bulk work yields to openings and waiting viewers (DESIGN §1). */
export const bulkNice = 19
