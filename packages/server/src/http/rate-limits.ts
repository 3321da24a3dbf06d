/** Requests a minute by account or address, counted in the cache port, so that all api processes count together. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Clock } from '../base/time.ts'
import type { Cache } from '../ports/cache.ts'
import { networkOf } from './client-address.ts'
import { isApi } from './is-api.ts'
import { ProblemError } from './problem.ts'

const windowMs = 60_000

export type RateLimits = {
  cache: Cache
  clock: Clock
  /** For all requests of an account, or of an address without one. */
  perMinute: number
}

/** Limits every route below /api/ that is registered afterwards; `strictLimit` gives one its own, by address. */
export async function registerRateLimits(app: FastifyInstance, limits: RateLimits): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    max: limits.perMinute,
    timeWindow: windowMs,
    store: storeOf(limits),
    keyGenerator: (request) => (request.account ? `account:${request.account.id}` : addressKey(request)),
    errorResponseBuilder: (_request, { ttl, max }) =>
      new ProblemError('rate_limited', { retryAfterSeconds: Math.ceil(ttl / 1000), members: { limit: max } }),
    allowList: (request) => !isApi(request),
    skipOnError: true,
  })
}

/** A route's `config`: at most `max` requests a minute and address, whoever is signed in. Routes of one `group` count together. */
export const strictLimit = (group: string, max: number) => ({
  rateLimit: { max, timeWindow: windowMs, groupId: group, keyGenerator: (request: FastifyRequest) => `${group}:${addressKey(request)}` },
})

const addressKey = (request: FastifyRequest): string => `address:${networkOf(request.ip)}`

type Counted = { current: number; ttl: number }

/** @fastify/rate-limit's store over the cache port: one counter for each key and minute. */
function storeOf({ cache, clock }: RateLimits) {
  return class CacheStore {
    incr(key: string, done: (error: Error | null, result?: Counted) => void): void {
      const now = clock()
      const minute = Math.floor(now / windowMs)
      cache.increment(`rate:${key}:${minute}`, 1, windowMs / 1000).then(
        (current) => done(null, { current, ttl: (minute + 1) * windowMs - now }),
        (error: Error) => done(error),
      )
    }

    child(_route: RouteOptions & { path: string; prefix: string }): this {
      return this
    }
  }
}
