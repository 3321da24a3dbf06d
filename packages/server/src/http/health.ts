/** /healthz (the process lives), /readyz (everything it needs answers), /metrics. */
import type { FastifyInstance } from 'fastify'
import type { QueueDepth } from '../ports/queue.ts'
import { replyProblem } from './errors.ts'
import type { Metrics } from './metrics.ts'
import { ProblemError } from './problem.ts'

type Checks = Record<string, () => Promise<unknown>>

export type HealthChecks = {
  /** What must answer, by name; each rejects when it does not. */
  checks: Checks
  /** What must have answered once, or an address is wrong; should it go away later, much is served without it, and it is told like a warning. */
  atFirst?: Checks
  /** What work here waits for, though requests are answered: told by name, and no reason to send requests elsewhere. */
  warnings?: Checks
}

export type HealthOptions = HealthChecks & {
  metrics: Metrics
  depth: () => Promise<QueueDepth[]>
}

const checkTimeoutMs = 3000

export function registerHealthRoutes(app: FastifyInstance, { checks, atFirst = {}, warnings = {}, metrics, depth }: HealthOptions): void {
  const known = new Set<string>()
  const config = { rateLimit: false as const }
  const schema = { hide: true } as const
  app.get('/healthz', { config, schema }, async () => ({ status: 'ok' }))

  app.get('/readyz', { config, schema }, async (_request, reply) => {
    void reply.header('cache-control', 'no-store')
    const [failing, away, degraded] = await Promise.all([allFailed(checks), allFailed(atFirst), allFailed(warnings)])
    for (const name of Object.keys(atFirst)) if (!away.includes(name)) known.add(name)
    const missing = [...failing, ...away.filter((name) => !known.has(name))]
    degraded.unshift(...away.filter((name) => known.has(name)))
    if (missing.length === 0) return degraded.length === 0 ? { status: 'ready' } : { status: 'ready', degraded }
    const detail = `Not reachable: ${missing.join(', ')}`
    return replyProblem(reply, new ProblemError('unavailable', { detail, retryAfterSeconds: 2, members: { missing, ...(degraded.length > 0 && { degraded }) } }))
  })

  app.get('/metrics', { config, schema }, async (_request, reply) => {
    const [depths, failing] = await Promise.all([depth().catch(() => []), allFailed({ ...checks, ...atFirst, ...warnings })])
    const dependencies = Object.keys({ ...checks, ...atFirst, ...warnings }).map((name) => ({ name, isUp: !failing.includes(name) }))
    return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(metrics.render(depths, dependencies))
  })
}

/** The names of those that fail. */
const allFailed = async (checks: Checks): Promise<string[]> =>
  (await Promise.all(Object.entries(checks).map(([name, check]) => failed(name, check)))).filter((name) => name !== undefined)

/** The check's name when it rejects or takes too long. */
async function failed(name: string, check: () => Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, checkTimeoutMs, name)
  })
  try {
    return await Promise.race([late, check().then(() => undefined, () => name)])
  } finally {
    clearTimeout(timer)
  }
}
