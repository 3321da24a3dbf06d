/** The app of a process without the api role, and of any process while it starts: health and metrics. */
import Fastify from 'fastify'
import type { Measures } from '../base/measures.ts'
import { remembered } from '../base/once.ts'
import type { QueueDepth } from '../ports/queue.ts'
import type { App } from './app.ts'
import { problemFor, replyProblem } from './errors.ts'
import { registerHealthRoutes, type HealthChecks } from './health.ts'
import { openMetrics, registerMetrics } from './metrics.ts'
import { ProblemError } from './problem.ts'

/** Asked of the queue by every encoder of a fleet at every scrape: ten thousand of them would do little else to it. The api's are of the moment. */
const depthMs = 60_000

/** `isStarting`: whether other requests may succeed in a moment; until then they are answered 503. */
export async function createStatusApp(options: HealthChecks & { depth: () => Promise<QueueDepth[]>; isStarting: () => boolean; measures?: Measures }): Promise<App> {
  const app: App = Fastify({ logger: false, frameworkErrors: (error, _request, reply) => void replyProblem(reply, problemFor(error)) })
  app.setErrorHandler((error, _request, reply) => replyProblem(reply, problemFor(error)))
  app.setNotFoundHandler((_request, reply) =>
    replyProblem(reply, options.isStarting() ? new ProblemError('unavailable', { detail: 'Starting', retryAfterSeconds: 2 }) : new ProblemError('not_found')),
  )
  const metrics = openMetrics(options.measures)
  registerMetrics(app, metrics, options.measures)
  registerHealthRoutes(app, { ...options, depth: remembered(options.depth, depthMs), metrics })
  await app.ready()
  return app
}
