/** Every error as a problem document: what failed is named, what is ours to know is only logged. */
import type { ProblemCode } from '@sluice/contract'
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { DriverUnavailable } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { problemMediaType, problemOf, ProblemError } from './problem.ts'

const answered = new WeakMap<FastifyReply, ProblemCode>()

/** The code that a request was answered with, if it was a problem. */
export const problemCodeOf = (reply: FastifyReply): ProblemCode | undefined => answered.get(reply)

/** Renders a problem; the answer skips the route's own schema. */
export function replyProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { retryAfterSeconds } = problem.options
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds)
  const body = problemOf(problem.code, problem.options)
  answered.set(reply, problem.code)
  return reply
    .code(body.status)
    .header('content-type', problemMediaType)
    .header('cache-control', 'no-store')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body)
}

/** The problem that an error stands for; `internal` for one that nobody foresaw. */
export function problemFor(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof DriverUnavailable) return new ProblemError('unavailable', { retryAfterSeconds: 2 })
  const { statusCode, code, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ProblemError('payload_too_large')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ProblemError('bad_request', { detail: 'The body must be JSON, sent as application/json.' })
  if (statusCode === 404) return new ProblemError('not_found')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new ProblemError('bad_request', { detail: message })
  return new ProblemError('internal')
}

/** Fastify's error handler. */
export function errorHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = problemFor(error)
    if (problem.code === 'internal') log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed')
    if (problem.code === 'unavailable' && error !== problem) log.warn({ err: error, route: request.routeOptions.url }, 'dependency unavailable')
    return replyProblem(reply, problem)
  }
}

/** Names the place and the fault: `body/title must not have more than 200 characters`. */
export function schemaProblem(faults: FastifySchemaValidationError[], where: string): ProblemError {
  const named = faults.slice(0, 5).map((fault) => {
    const extra = fault.params['additionalProperties']
    const unknown = Array.isArray(extra) ? `: ${extra.slice(0, 5).join(', ')}` : ''
    return `${where}${fault.instancePath} ${fault.message ?? 'is wrong'}${unknown}`
  })
  return new ProblemError('bad_request', { detail: [...new Set(named)].join('; ').slice(0, 1000) })
}
