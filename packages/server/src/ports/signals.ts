/** The signals port: fire-and-forget fan-out by topic. May lose, repeat and reorder; every waiter also polls. */

/** Topics are made by domain/messages.ts (a video's id mostly); messages are small plain JSON. */
export interface Signals {
  /** Sends to everyone subscribed now, on every process. Never rejects for want of a listener. */
  publish(topic: string, message: unknown): Promise<void>
  /** Calls `listener` for each message until the returned function is called. A listener's error is logged, never thrown. */
  subscribe(topic: string, listener: (message: unknown) => void): () => void
  /** For /readyz. */
  ping(): Promise<void>
  /** Drops all subscriptions. */
  close(): Promise<void>
}
