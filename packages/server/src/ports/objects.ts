/** The objects port: immutable byte objects in buckets, with multipart upload by presigned part URLs. */
import type { Readable } from 'node:stream'

/** `raw` holds sources, `encoded` what was made of them. */
export type Bucket = 'raw' | 'encoded'

/** Bytes `start` to `end`, both inclusive, as in RFC 9110 §14. */
export type ByteRange = { start: number; end: number }

export type ObjectInfo = { key: string; sizeBytes: number; etag: string; modifiedAt: number }

/** `etag` is quoted, as in an ETag header. */
export type Part = { partNumber: number; sizeBytes: number; etag: string }

/** A URL that a client without credentials may use once signed; `headers` must be sent with it. */
export type SignedRequest = { url: string; headers: Record<string, string> }

/**
 * Keys are made by domain/keys.ts. Objects are never changed: a key is written once (attempt ids make keys unique).
 * Errors: `ObjectNotFound` (get, head), `UploadNotFound` (parts, complete), `BadPart` (complete with parts that are
 * missing, of another ETag or out of order: nothing is completed), `DriverUnavailable`. Reads after a finished
 * write see it.
 */
export interface Objects {
  /**
   * Opens a multipart upload of an object of exactly `sizeBytes`, in parts of `partSizeBytes` (the last may be shorter).
   * Answers the store's own id of it. Nothing is visible under `key` until `complete`.
   */
  createUpload(bucket: Bucket, key: string, shape: { sizeBytes: number; partSizeBytes: number; mediaType: string }): Promise<string>
  /**
   * A URL that takes PUTs of one part, of exactly `sizeBytes` (the shape's size of that part), until it expires. Answers to a PUT carry the part's ETag.
   * `checksumSha256` (base64) binds the URL to those bytes: others are refused. A part sent again replaces itself.
   * `baseUrl` is the origin that the client reached us by; a driver with its own address ignores it.
   */
  signPart(
    upload: { bucket: Bucket; key: string; uploadId: string },
    part: { partNumber: number; sizeBytes: number; checksumSha256?: string; expiresInSeconds: number; baseUrl: string },
  ): Promise<SignedRequest>
  /** The parts stored so far, by part number. */
  listParts(upload: { bucket: Bucket; key: string; uploadId: string }): Promise<Part[]>
  /** Makes the object of these parts, all of them; copies no bytes where the store allows. */
  completeUpload(upload: { bucket: Bucket; key: string; uploadId: string }, parts: { partNumber: number; etag: string }[]): Promise<void>
  /**
   * Throws the upload's parts away; an unknown upload is no error. Without an `uploadId`: every upload of the key, also
   * one whose id got lost in a crash.
   */
  abortUpload(upload: { bucket: Bucket; key: string; uploadId?: string }): Promise<void>
  /** Uploads that were opened and not ended, whoever opened them, by pages. `startedAt` in ms since the epoch. */
  listUploads(bucket: Bucket, cursor?: string): Promise<{ items: { key: string; startedAt: number }[]; cursor?: string }>
  /** Stores an object in one go; visible whole or not at all. `sizeBytes` must be given for a stream. */
  put(bucket: Bucket, key: string, body: Uint8Array | Readable, options: { mediaType: string; sizeBytes?: number }): Promise<void>
  /**
   * The bytes of the object or of a range of it, in memory: for segments and manifests, at most 64 MB. A range that
   * ends beyond the object is cut there; one that starts beyond it is a RangeError.
   */
  get(bucket: Bucket, key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>
  /** Size and ETag, or undefined when it is absent. */
  head(bucket: Bucket, key: string): Promise<ObjectInfo | undefined>
  /** Objects whose keys start with `prefix`, in key order, by pages. */
  list(bucket: Bucket, prefix: string, cursor?: string): Promise<{ items: ObjectInfo[]; cursor?: string }>
  /** Removes objects; absent ones are no error. At most 1000. */
  delete(bucket: Bucket, keys: string[]): Promise<void>
  /** A URL for ranged GETs by our own encoders (ffmpeg reads sources by it), good for `expiresInSeconds`. */
  signRead(bucket: Bucket, key: string, expiresInSeconds: number): Promise<string>
  /** Releases what the driver holds. */
  close(): Promise<void>
}
