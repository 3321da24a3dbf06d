/** What the queue driver asks of its thread. Bodies travel as JSON text. */
import type { Priority } from '../../../ports/queue.ts'

/** `nowMs` is the caller's clock. A lease is named by the task's id and the token of its delivery. */
export type QueueRequest =
  | { kind: 'enqueue'; json: string; priority: Priority; videoId: string; readyAtMs: number; nowMs: number }
  | { kind: 'take'; priorities: Priority[]; token: string; untilMs: number; nowMs: number }
  | { kind: 'extend'; id: number; token: string; untilMs: number }
  | { kind: 'ack'; id: number; token: string }
  | { kind: 'retry'; id: number; token: string; readyAtMs: number; reason: string; nowMs: number }
  | { kind: 'bury'; id: number; token: string; reason: string; nowMs: number }
  | { kind: 'release'; id: number; token: string }
  | { kind: 'depth'; nowMs: number }
  | { kind: 'deadLetters'; limit: number }
  | { kind: 'removeDeadLetter'; id: number }
  | { kind: 'ping' }

export type Taken = { id: number; json: string; priority: Priority; videoId: string; attempt: number }

/** Nothing to take: `nextMs` is when a delay or a lease of these priorities ends, if one does. */
export type TakeAnswer = { taken: Taken } | { nextMs: number | null }

export type DepthRow = { priority: Priority; ready: number; delayed: number; leased: number; oldestMs: number | null }
export type DeadRow = { id: number; json: string; videoId: string; attempts: number; reason: string; buriedAt: number }
