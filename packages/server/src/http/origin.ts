/** The origin that a client reached us by, for absolute URLs in answers. */
import type { IncomingMessage } from 'node:http'
import { ProblemError } from './problem.ts'

/** host or host:port; no user, path or space can hide in it. */
const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i

/**
 * `SLUICE_PUBLIC_URL` when it is set, else `http://` and the Host header.
 * Throws bad_request when that header is absent or not a host.
 */
export function requestOrigin(request: { headers: IncomingMessage['headers'] }, publicUrl: string): string {
  if (publicUrl !== '') return publicUrl
  const host = request.headers.host
  if (host === undefined || !hostPattern.test(host)) throw new ProblemError('bad_request', { detail: 'The Host header is not a host' })
  return `http://${host}`
}
