/** The queue port: at-least-once tasks with priority, lease, delay, attempts and a dead letter. A hint, never the truth. */

/** 0: a viewer waits · 1: a video's opening, with what comes before it and right after it · 2: the bulk of the ladder · 3: upgrades, sweeps. */
export type Priority = 0 | 1 | 2 | 3

export type Task<Body = unknown> = {
  /** The message's kind and content, one of domain/messages.ts. */
  body: Body
  priority: Priority
  /** Shards and orders within a priority: tasks of one video go to one stream. */
  videoId: string
  /** Not handed out before this many seconds have passed. */
  delaySeconds?: number
}

/** A task in hand. Until `leaseSeconds` after the last `take` or `extend` nobody else gets it; then it is handed out again. */
export type Lease<Body = unknown> = {
  body: Body
  priority: Priority
  videoId: string
  /** Which delivery this is, from 1. */
  attempt: number
  /** Keeps the task for another `leaseSeconds`; rejects with `LeaseLost` when it was given to another. */
  extend(): Promise<void>
  /** Done: the task is removed. After a lost lease this is no error and does nothing. */
  ack(): Promise<void>
  /** Gives the task back, to be handed out after the delay, with the reason kept. */
  retry(delaySeconds: number, reason: string): Promise<void>
  /** Moves the task to the dead letters, with the reason. */
  bury(reason: string): Promise<void>
}

export type DeadLetter = { id: string; body: unknown; videoId: string; attempts: number; reason: string; buriedAt: number }

export type QueueDepth = { priority: Priority; ready: number; delayed: number; leased: number; oldestSeconds: number }

/**
 * At least once, in rough order: lower priority number first, then by age. A driver may lose or repeat anything:
 * the reconciler puts back what documents say is unfinished, and tasks are idempotent. A task handed out
 * `maxAttempts` times without an ack is buried by the driver. Errors: `DriverUnavailable`.
 */
export interface Queue {
  /** Stored when it resolves (as far as the driver promises). */
  enqueue(task: Task): Promise<void>
  /** The next task among the priorities, or undefined after `waitSeconds` (0: at once) or when `signal` aborts. */
  take(options: { priorities: Priority[]; leaseSeconds: number; waitSeconds: number; signal?: AbortSignal }): Promise<Lease | undefined>
  /** Depth by priority, for metrics, /readyz and the scaling of encoders. */
  depth(): Promise<QueueDepth[]>
  /** Buried tasks, newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>
  /** Takes a buried task out, for good (an administrator enqueues it again if wanted). */
  removeDeadLetter(id: string): Promise<void>
  /** For /readyz. */
  ping(): Promise<void>
  /** Releases what the driver holds; waiting takes resolve undefined. */
  close(): Promise<void>
}
