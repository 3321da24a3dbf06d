/** The app: what every route of the API has in common, from limits to the shape of errors. */
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import type { Log } from '../base/log.ts'
import type { Measures } from '../base/measures.ts'
import type { Clock } from '../base/time.ts'
import type { Cache } from '../ports/cache.ts'
import type { Queue } from '../ports/queue.ts'
import type { App } from './app.ts'
import { registerAuth, type Authenticate } from './auth.ts'
import { trustedProxyList } from './client-address.ts'
import { errorHandler, problemFor, replyProblem, schemaProblem } from './errors.ts'
import { registerHealthRoutes, type HealthChecks } from './health.ts'
import { isApi } from './is-api.ts'
import { openMetrics, registerMetrics } from './metrics.ts'
import { registerOpenApi } from './open-api.ts'
import { registerRateLimits } from './rate-limits.ts'
import { registerSecurityHeaders } from './security-headers.ts'

export type AppOptions = HealthChecks & {
  log: Log
  clock: Clock
  cache: Cache
  queue: Queue
  authenticate: Authenticate
  /** Empty when answers use the address that a request came to. */
  publicUrl: string
  /** Origins that a page sends parts of uploads to, beside its own. */
  partOrigins?: string[]
  /** Where players fetch video from, besides here. */
  deliveryOrigins?: string[]
  /** Addresses whose X-Forwarded-For is believed (proxy-addr's words and CIDRs, by commas); empty for none. */
  trustedProxies: string
  requestsPerMinute: number
  /** What the process counts elsewhere, for /metrics. */
  measures?: Measures
}

const defaultBodyLimitBytes = 64 * 1024

/** An app without routes but /healthz, /readyz, /metrics and the OpenAPI document. After `ready()`, `app.routing` is its listener. */
export async function createApp(options: AppOptions): Promise<App> {
  const { log } = options
  const app: App = Fastify({
    bodyLimit: defaultBodyLimitBytes,
    logger: false,
    trustProxy: options.trustedProxies === '' ? false : trustedProxyList(options.trustedProxies),
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (error, _request, reply) => void replyProblem(reply, problemFor(error)),
    schemaErrorFormatter: schemaProblem,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  app.setErrorHandler(errorHandler(log))
  // Only JSON is read: a form of another site can't send it without being asked first (CORS preflight).
  app.removeContentTypeParser('text/plain')

  const metrics = openMetrics(options.measures)
  registerMetrics(app, metrics, options.measures)
  registerRequestLog(app, log)
  registerSecurityHeaders(app, options)
  await registerAuth(app, options)
  await registerRateLimits(app, { cache: options.cache, clock: options.clock, perMinute: options.requestsPerMinute })
  await registerOpenApi(app)
  registerHealthRoutes(app, { checks: options.checks, atFirst: options.atFirst, warnings: options.warnings, metrics, depth: () => options.queue.depth() })
  return app
}

/** One line a request: the route's pattern and its ids, never its URL, headers or body. */
function registerRequestLog(app: App, log: Log): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
      account: request.account?.id,
      id: (request.params as { id?: string } | undefined)?.id,
    }
    if (reply.statusCode >= 500) log.warn(line, 'answered')
    else if (isApi(request)) log.info(line, 'answered')
    else log.debug(line, 'answered')
  })
}
