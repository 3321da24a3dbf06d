/** What the SDK and stores throw, as the port's errors. */
import { BadPart, DriverUnavailable, ObjectNotFound, UploadNotFound } from '../../../base/errors.ts'

type StoreError = Error & { Code?: string; code?: string; $metadata?: { httpStatusCode?: number; requestId?: string } }

export const statusOf = (error: unknown): number | undefined => (error as StoreError | undefined)?.$metadata?.httpStatusCode
export const codeOf = (error: unknown): string | undefined => (error as StoreError | undefined)?.Code ?? (error as Error | undefined)?.name

/** Names of errors that say that the request was wrong, and would be again. Everything else may pass: DriverUnavailable. */
const meanings: Record<string, (message: string) => Error> = {
  NoSuchKey: (message) => new ObjectNotFound(message),
  NotFound: (message) => new ObjectNotFound(message),
  NoSuchUpload: (message) => new UploadNotFound(message),
  InvalidPart: (message) => new BadPart(message, []),
  InvalidPartOrder: (message) => new BadPart(message, []),
  EntityTooSmall: (message) => new BadPart(message, []),
  InvalidRange: (message) => new RangeError(message),
}

/** DriverUnavailable that may be over in a moment: the same request is worth another try at once. */
export const passing = (message: string): DriverUnavailable => Object.assign(new DriverUnavailable(message), { isPassing: true })
export const isPassing = (error: unknown): boolean => error instanceof DriverUnavailable && 'isPassing' in error

/**
 * Also the wrong keys and the missing bucket are DriverUnavailable: somebody mends them, and then the same call is right.
 * The SDK's error is not kept as the cause: it carries the request that was signed.
 */
export function portError(error: unknown): Error {
  if (!(error instanceof Error)) return new DriverUnavailable(String(error))
  if (error.name === 'AbortError' || isOurs(error)) return error
  const code = codeOf(error) ?? ''
  const requestId = (error as StoreError).$metadata?.requestId
  const details = [statusOf(error), requestId && `request ${requestId}`].filter(Boolean).join(', ')
  const message = `the store answered ${code}${details && ` (${details})`}: ${error.message.slice(0, 200)}`
  const meaning = meanings[code] ?? meanings[error.name]
  if (meaning) return meaning(message)
  return mayPass(error, code) ? passing(message) : new DriverUnavailable(message)
}

const isOurs = (error: Error): boolean =>
  [ObjectNotFound, UploadNotFound, BadPart, DriverUnavailable].some((kind) => error instanceof kind) || error instanceof RangeError || error instanceof TypeError

/** No answer at all, a fault of the store's own, or a request to slow down. A clock that is wrong was set right by the SDK. */
function mayPass(error: Error, code: string): boolean {
  const status = statusOf(error)
  return status === undefined || (status >= 500 && status !== 501) || status === 429 || ['SlowDown', 'RequestTimeout', 'RequestTimeTooSkewed', 'OperationAborted'].includes(code)
}
