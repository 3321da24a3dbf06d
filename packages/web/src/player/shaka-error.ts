/** Shaka's numbered errors, as sentences. Pure: the numbers are Shaka's published codes. */
import type { PlayerError } from './source.ts'

type Numbered = { category?: number; code?: number; data?: unknown[] }

const network = 1
const badHttpStatus = 1001
const httpError = 1002
const timeout = 1003
/** Categories whose failures lie in the file or in this browser: media, manifest, DRM. */
const unplayable = [3, 4, 6]

/** A failure that may pass by itself: no answer, or the server's 5xx and 429. */
export function isTransient(error: Numbered): boolean {
  if (error.category !== network) return false
  if (error.code === httpError || error.code === timeout) return true
  const status = Number(error.data?.[1])
  return error.code === badHttpStatus && (status >= 500 || status === 429)
}

/** The server says that the address has expired. */
export const isExpired = ({ category, code, data }: Numbered): boolean => category === network && code === badHttpStatus && Number(data?.[1]) === 410

/** The address that a host did not answer; undefined where it did, if only to say that it is not ready. */
export function failedAddress(error: Numbered): string | undefined {
  const [address, status] = error.data ?? []
  const hasAnswered = error.code === badHttpStatus && (Number(status) === 503 || Number(status) === 429)
  return error.category === network && !hasAnswered && typeof address === 'string' ? address : undefined
}

/** Anything that was thrown, as the viewer is told of it. */
export function playerErrorOf(error: unknown): PlayerError {
  const { category, code, data } = (error ?? {}) as Numbered
  const status = code === badHttpStatus ? Number(data?.[1]) : undefined
  const name = code === undefined ? 'unknown' : `shaka_${code}`
  if (status === 410 || status === 403) return { code: 'expired', message: 'This viewing session has expired.', retryable: true }
  if (status === 404) return { code: 'gone', message: 'This video is no longer there.', retryable: true }
  if (status === 503) return { code: 'not_ready', message: 'The server is still preparing this part of the video.', retryable: true }
  if (category === network) return { code: name, message: 'The connection to the server was lost.', retryable: true }
  if (category !== undefined && unplayable.includes(category)) {
    return { code: name, message: 'This video can’t be played in this browser.', retryable: category === 3 }
  }
  return { code: name, message: 'Something went wrong during playback.', retryable: true }
}
