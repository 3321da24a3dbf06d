/** What /readyz asks in each role, by name. */
import { tmpdir } from 'node:os'
import type { Settings } from '../config/settings.ts'
import { checkSpace, neededDataBytes, neededWorkBytes } from './check-space.ts'
import type { Ports } from './open-drivers.ts'

type Checks = Record<string, () => Promise<unknown>>

/** `checks`: without these requests fail. `warnings`: without these all goes on, with less. */
export function healthChecks(settings: Settings, { documents, objects, queue, signals, cache }: Ports): { checks: Checks; warnings: Checks } {
  const isEmbedded = settings.SLUICE_DOCUMENTS === 'sqlite' || settings.SLUICE_QUEUE === 'sqlite' || settings.SLUICE_OBJECTS === 'directory'
  return {
    checks: {
      documents: () => documents.ping(),
      // A list, since HEAD does not tell a missing object from a missing bucket.
      objects: seldom(() => Promise.all([objects.list('raw', 'v/readyz'), objects.list('encoded', 'v/readyz')])),
      queue: () => queue.ping(),
      signals: () => signals.ping(),
      ...(isEmbedded && { 'data disk': () => checkSpace(settings.SLUICE_DATA_DIR, neededDataBytes) }),
    },
    warnings: {
      ...(settings.SLUICE_ROLES.includes('api') && { cache: () => cache.ping() }),
      // Encoders wait for room; what is encoded still plays.
      ...(settings.SLUICE_ROLES.includes('encoder') && { 'work disk': () => checkSpace(settings.SLUICE_WORK_DIR || tmpdir(), neededWorkBytes) }),
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
