/** What /readyz asks in each role, by name. */
import { tmpdir } from 'node:os'
import type { Settings } from '../config/settings.ts'
import type { HealthChecks } from '../http/health.ts'
import { checkSpace, neededDataBytes, neededWorkBytes } from './check-space.ts'
import type { Ports } from './open-drivers.ts'

/**
 * What takes a process out of rotation, by role. An edge serves what it has when all else is away; an api needs the documents for
 * everything, the others for uploads; of an encoder nothing is asked, so that not being ready only holds a rollout up.
 */
export function healthChecks({ SLUICE_ROLES: roles, ...settings }: Settings, { documents, objects, queue, signals, cache }: Ports): HealthChecks {
  const isEmbedded = settings.SLUICE_DOCUMENTS === 'sqlite' || settings.SLUICE_QUEUE === 'sqlite' || settings.SLUICE_OBJECTS === 'directory'
  const forDocuments = { documents: () => documents.ping() }
  const forOthers = {
    // A list, since HEAD does not tell a missing object from a missing bucket.
    objects: seldom(() => Promise.all([objects.list('raw', 'v/readyz'), objects.list('encoded', 'v/readyz')])),
    queue: () => queue.ping(),
    signals: () => signals.ping(),
  }
  const [isApi, isEdge] = [roles.includes('api'), roles.includes('edge')]
  return {
    checks: {
      ...((isApi || !isEdge) && forDocuments),
      ...(!isApi && !isEdge && forOthers),
      ...(isEmbedded && { 'data disk': () => checkSpace(settings.SLUICE_DATA_DIR, neededDataBytes) }),
    },
    atFirst: { ...(!isApi && isEdge && forDocuments), ...((isApi || isEdge) && forOthers) },
    warnings: {
      ...(isApi && { cache: () => cache.ping() }),
      // Encoders wait for room; what is encoded still plays.
      ...(roles.includes('encoder') && { 'work disk': () => checkSpace(settings.SLUICE_WORK_DIR || tmpdir(), neededWorkBytes) }),
    },
  }
}

/** Stores charge by the request, and probes come from every process every few seconds. What failed is asked again at once. */
const goodForMs = 10_000

function seldom(check: () => Promise<unknown>): () => Promise<void> {
  let goodUntil = 0
  return async () => {
    if (performance.now() < goodUntil) return
    await check()
    goodUntil = performance.now() + goodForMs
  }
}
