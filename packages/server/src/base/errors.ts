/** Errors that ports promise. Features turn them into problem documents; nothing else throws bare strings. */

/** A conditional write found another version than it asked for; nothing was written. */
export class VersionConflict extends Error {
  override name = 'VersionConflict'
}

/** A dependency can't be reached, or timed out after the driver's own retries. Retry with backoff. */
export class DriverUnavailable extends Error {
  override name = 'DriverUnavailable'
}

/** No object under that bucket and key. */
export class ObjectNotFound extends Error {
  override name = 'ObjectNotFound'
}

/** The store knows no such multipart upload (never opened, completed or aborted). */
export class UploadNotFound extends Error {
  override name = 'UploadNotFound'
}

/** Parts given to completeUpload are missing, unknown or of another ETag. */
export class BadPart extends Error {
  override name = 'BadPart'
  readonly partNumbers: number[]
  constructor(message: string, partNumbers: number[]) {
    super(message)
    this.partNumbers = partNumbers
  }
}

/** The task's lease ran out and it was given to another worker. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}
