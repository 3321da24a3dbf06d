/** Problem details (RFC 9457): thrown by features, rendered by the app; raw handlers send them themselves. */
import type { ServerResponse } from 'node:http'
import { problems, type Problem, type ProblemCode } from '@sluice/contract'

export const problemMediaType = 'application/problem+json'

export type ProblemOptions = {
  /** What exactly is wrong with this request, for a person. Never a secret. */
  detail?: string
  /** Further members by code: `missingParts`, `limit`… */
  members?: Record<string, unknown>
  /** Sets Retry-After. */
  retryAfterSeconds?: number
}

/** Thrown anywhere below a route; the error handler renders it with the code's status. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly code: ProblemCode
  readonly options: ProblemOptions
  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? problems[code][1])
    this.code = code
    this.options = options
  }
}

/** The body of a problem answer. */
export function problemOf(code: ProblemCode, options: ProblemOptions = {}): Problem {
  const [status, title] = problems[code]
  const { detail, members, retryAfterSeconds } = options
  return {
    type: 'about:blank',
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...members,
  }
}

/** Answers a raw request with a problem. After the head was sent it can only end the connection. */
export function sendProblem(
  response: ServerResponse,
  code: ProblemCode,
  options: ProblemOptions & { headers?: Record<string, string | number> } = {},
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const problem = problemOf(code, options)
  const body = Buffer.from(JSON.stringify(problem))
  response.statusCode = problem.status
  response.setHeader('content-type', problemMediaType)
  response.setHeader('content-length', body.length)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  if (options.retryAfterSeconds !== undefined) response.setHeader('retry-after', options.retryAfterSeconds)
  for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value)
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
