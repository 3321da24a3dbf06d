/** An edge over another edge: no drivers, no data directory; of the installation it knows the origin's address and the signing keys. */
import type { Log } from '../base/log.ts'
import { openMeasures } from '../base/measures.ts'
import { systemClock } from '../base/time.ts'
import { BadSettings } from '../config/read.ts'
import type { Settings } from '../config/settings.ts'
import { clientAddresses } from '../http/client-address.ts'
import { createStatusApp } from '../http/create-status-app.ts'
import { listen } from '../http/listen.ts'
import { openOrigin } from '../stream/edge/ask-origin.ts'
import { createEdgeOver, type Edge } from '../stream/edge/edge.ts'
import { openOriginSource } from '../stream/edge/from-origin.ts'
import { fetchKeys } from '../stream/sign/fetched-keys.ts'
import { openClosers } from './closers.ts'
import { openCache } from './edge.ts'
import { tlsOf } from './tls.ts'
import { untilReachable } from './until-reachable.ts'

const closeGraceMs = 5000

/**
 * Listens at once; /readyz says `keys` until they were fetched. With its origin away later it is ready all the same: it
 * serves what it has. Errors: BadSettings, the system's when it can't listen.
 */
export async function startCacheEdge(settings: Settings, log: Log): Promise<{ url: string; stop(): Promise<void> }> {
  const { SLUICE_EDGE_ORIGIN: origin, SLUICE_EDGE_KEYS_SECRET: secret, SLUICE_HTTP_HOST: host } = settings
  if (settings.SLUICE_ROLES.join() !== 'edge') throw new BadSettings('SLUICE_EDGE_ORIGIN: only for a process whose SLUICE_ROLES is edge')
  if (secret === '') throw new BadSettings('SLUICE_EDGE_KEYS_SECRET: an edge with an origin needs it to fetch the signing keys')
  const own = log.child({ role: 'edge' })
  const measures = openMeasures()
  const behind = openOrigin(origin)
  let edge: Edge | undefined
  const status = await createStatusApp({
    checks: { keys: async () => {
      if (!edge) throw new Error('they were not fetched yet')
    } },
    warnings: { origin: async () => {
      const answer = await behind.ask('/healthz', 'GET')
      if (answer.status !== 200) throw new Error(`it answered ${answer.status}`)
    } },
    depth: async () => [],
    isStarting: () => !edge,
    measures,
  })
  const closers = openClosers(own)
  closers.add(() => status.close())
  try {
    const listener = await listen({
      port: settings.SLUICE_HTTP_PORT,
      host,
      lean: (asked) => edge?.answer(asked),
      handlers: [(request, response) => edge?.handle(request, response) ?? false],
      app: (request, response) => status.routing(request, response),
      ...tlsOf(settings, log),
    })
    closers.add(() => listener.close(closeGraceMs))
    const keys = await untilReachable('the signing keys', () => fetchKeys({ origin: settings.SLUICE_EDGE_KEYS_ORIGIN || origin, secret, log: own, clock: systemClock }), own)
    closers.add(() => keys.close())
    const cache = await openCache(settings, own)
    const addressOf = clientAddresses(settings.SLUICE_TRUSTED_PROXIES)
    const opened = createEdgeOver({ keys, addressOf, log: own, clock: systemClock, measures, ...cache }, (tiers) => openOriginSource({ origin: behind, tiers, clock: systemClock, keys }))
    closers.add(() => opened.close())
    closers.add(() => listener.refuse())
    edge = opened
    return { url: `http://localhost:${listener.port}`, stop: closers.close }
  } catch (error) {
    await closers.close()
    throw error
  }
}
