/** What can be uploaded: bytes that are read by range, hashed and sent where they lie. Browser files and Node files are sources. */

/** Bytes `from` to `to`, `to` excluded. */
export type Span = { from: number; to: number }

export type PartRequest = {
  url: string
  headers: Record<string, string>
  span: Span
  signal: AbortSignal
  /** Told how many of the span's bytes were handed to the network so far; 0 as soon as sending starts, if it tells at all. */
  onSent: (bytes: number) => void
}

/** What the store said to a part. */
export type PartAnswer = { status: number; etag?: string; retryAfterSeconds?: number; problemCode?: string }

export interface UploadSource {
  name: string
  sizeBytes: number
  mediaType?: string
  /** Tells this file from others and from its own later versions: name, size, time of the last change. */
  fingerprint: string
  /** PUTs a span. Resolves with whatever the store answered; rejects when no answer came, or with the signal's reason. */
  put(request: PartRequest): Promise<PartAnswer>
  /** The span's sha256 in base64. Absent where hashing is not possible (a page without https). */
  sha256?(span: Span, signal: AbortSignal): Promise<string>
  /** Rejects with SourceChanged when the file is seen to be another than the source was made of, with SourceUnreadable when it can't be seen. */
  check(): Promise<void>
  /** Releases what the source holds. */
  close?(): Promise<void>
}

/** The file was changed while it was uploaded. What was sent of it is worth nothing. */
export class SourceChanged extends Error {
  override name = 'SourceChanged'
}

/** The file can't be read now: a disk or share that is away, a file that was moved. What was sent is kept, so that it can be gone on with. */
export class SourceUnreadable extends Error {
  override name = 'SourceUnreadable'
  readonly code = 'source_unreadable'
}
