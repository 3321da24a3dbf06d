/** What a simulation is given, and what it answers. */
import type { Eager } from '../../packages/server/src/domain/plan.ts'

export type Scenario = {
  seed: number
  encoders: number
  /** Of each encoder. */
  cores: number
  eager: Eager
  /** Streams of the queue. */
  shards: number
  /** Uploads a second; times 1 ± `swing` over `daySeconds`, where there is a day. */
  uploadsPerSecond: number
  day?: { swing: number; seconds: number }
  warmUpSeconds: number
  /** Of these the figures are. */
  seconds: number
  faults: Faults
}

export type Faults = {
  /** Mean time between kills of an encoder, and between its being drained (a spot machine that is reclaimed). */
  killEverySeconds: number
  drainEverySeconds: number
  /** Of runs that hang, and of calls of the store that fail. */
  hangShare: number
  storeShare: number
}

export const usualFaults: Faults = { killEverySeconds: 3 * 86_400, drainEverySeconds: 12 * 3600, hangShare: 1 / 5000, storeShare: 1 / 5000 }

/** Seconds, from the upload's end. */
export type Quantiles = { p50: number; p95: number; p99: number }

export type Outcome = {
  uploads: number
  /** Seconds of those videos, each times how hard it is: what their work goes by. */
  work: number
  playable: Quantiles
  ready: Quantiles
  /** From a viewer's asking for a segment that is not made to its being there. */
  segment: Quantiles & { count: number }
  /** Encoder-seconds: a task was in hand; at work; of no use; of all there were. */
  busy: number
  working: number
  wasted: number
  available: number
  /** Of the videos that became ready in the time. */
  readyCount: number
  failed: number
  kills: number
  drains: number
  /** To the queue's servers, a second. */
  queueRequests: number
  documentCalls: number
  /** Parts of the time one after the other, for a day. */
  parts: { uploads: number; playable: Quantiles; utilisation: number }[]
  /** By the same films on a fleet without scheduling: see ideal.ts. */
  ideal: Quantiles
}
