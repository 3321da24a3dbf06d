/** The cache port: what may be seconds old. A lost cache costs speed, never correctness. */

/** Values are plain JSON and are copies. No operation rejects for a lost backend: get answers undefined, the rest do nothing. */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, ttlSeconds: number): Promise<void>
  /** Adds `by` to a counter that starts at 0 and expires `ttlSeconds` after its first increment; answers the new value. */
  increment(key: string, by: number, ttlSeconds: number): Promise<number>
  invalidate(keys: string[]): Promise<void>
  /** For /readyz. */
  ping(): Promise<void>
  close(): Promise<void>
}
