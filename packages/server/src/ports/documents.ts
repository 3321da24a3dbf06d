/** The documents port: versioned JSON documents in partitions, ordered by sort key. The one source of truth. */

/** Opaque, unique for every write, minted by the driver's caller side (never compared for order). */
export type Version = string

/** A stored document. `value` is plain JSON and is a copy: changing it changes nothing stored. */
export type Stored<T> = { sk: string; value: T; version: Version }

/** `'absent'`: only if nothing (or only an expired document) is there. A version: only if it is still that one. Left out: always. */
export type Condition = Version | 'absent' | undefined

/** One operation of a batch. */
export type BatchOperation =
  | { put: { sk: string; value: unknown; ifVersion?: Condition; ttlSeconds?: number } }
  | { delete: { sk: string; ifVersion?: Version } }

export type RangeQuery = {
  /** First sort key, inclusive; from the partition's start when left out. */
  from?: string
  /** Last sort key, exclusive; to the partition's end when left out. */
  to?: string
  /** At most this many documents (1–1000, default 100). */
  limit?: number
  /** Descending order; `from` and `to` keep their meaning (lower inclusive, upper exclusive). */
  desc?: boolean
  /** The last sort key of the page before, exclusive. */
  cursor?: string
}

/** A document as a scan meets it. */
export type Scanned<T> = Stored<T> & { pk: string; ttlSeconds?: number }

/** `cursor` is set when more may follow. */
export type Page<T> = { items: Stored<T>[]; cursor?: string }

/**
 * Tables are named in domain/tables.ts. Sort keys order by their UTF-8 bytes. Expired is absent, everywhere.
 *
 * Atomicity: one document per put or delete; a batch is all or nothing within one table and partition.
 * There are no transactions across partitions: a state change is a compare-and-set on one document,
 * followed by effects that can be repeated.
 * Errors: `VersionConflict` when a condition does not hold (nothing was written); `DriverUnavailable` when
 * the store can't be reached or timed out for good. A conditional write whose answer was lost is re-read
 * serially by the driver and compared by version, so a caller never sees a conflict with its own write.
 * Programming errors throw TypeError or RangeError before anything is written: an unknown table, a put without
 * `ifVersion` to a conditional table or any condition on another, a key over 1 KB or with NUL, an empty partition
 * key, a value over 1 MB, a sort key twice in a batch. A page may end before its limit when its documents are large.
 */
export interface Documents {
  /** The document, or undefined when it is absent or expired. Reads see the caller's own earlier writes. */
  get<T>(table: string, pk: string, sk?: string): Promise<Stored<T> | undefined>
  /** Writes one document whole, replaces its TTL (none when left out), answers the new version. */
  put(table: string, pk: string, sk: string, value: unknown, options?: { ifVersion?: Condition; ttlSeconds?: number }): Promise<Version>
  /** Removes one document; with `ifVersion` only that version, without it an absent one is no error. */
  delete(table: string, pk: string, sk: string, options?: { ifVersion?: Version }): Promise<void>
  /** A page of one partition in sort-key order. */
  range<T>(table: string, pk: string, query?: RangeQuery): Promise<Page<T>>
  /** At most 50 operations and 40 KB of values; all or nothing; answers a version per put (undefined for deletes). */
  batch(table: string, pk: string, operations: BatchOperation[]): Promise<(Version | undefined)[]>
  /** Every document of a table, unordered, for administration and the backstop scan. `ttlSeconds`: what is left of it, of those that expire. */
  scan<T>(table: string, options?: { cursor?: string; limit?: number }): Promise<{ items: Scanned<T>[]; cursor?: string }>
  /** Resolves when a trivial read succeeds; rejects with DriverUnavailable. For /readyz. */
  ping(): Promise<void>
  /** Releases what the driver holds; later calls reject. */
  close(): Promise<void>
}
