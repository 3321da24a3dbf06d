/** The edge role over the opened ports, and the signing keys that it shares with the play route. */
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Measures } from '../base/measures.ts'
import { systemClock, type Clock } from '../base/time.ts'
import type { Settings } from '../config/settings.ts'
import { clientAddresses } from '../http/client-address.ts'
import { openGatheredCounts } from '../records/gathered-counts.ts'
import { openDisk, type DiskTier } from '../stream/cache/disk.ts'
import { createEdge, type Edge } from '../stream/edge/edge.ts'
import { openCmcdGatherer } from '../stream/edge/gather-cmcd.ts'
import { openKeys, type PlaybackKeys } from '../stream/sign/keys.ts'
import { longestTokenSeconds } from '../stream/sign/session.ts'
import type { Ports } from './open-drivers.ts'

type Composed = { settings: Settings; log: Log; clock?: Clock }

/** One set a process, for the edge and for the play route. Rejects when the documents stay unreachable. */
export function openPlaybackKeys({ settings, log, documents, clock = systemClock }: Composed & Pick<Ports, 'documents'>): Promise<PlaybackKeys> {
  return openKeys({ documents, log, clock, longestTokenMs: longestTokenSeconds(settings.SLUICE_MAX_DURATION_HOURS * 3600) * 1000 })
}

/**
 * Offer it every request. `close` ends holds, before the listener closes, and writes what players said of themselves.
 * Rejects when the disk cache's directory can't be made.
 */
export async function openEdgeRole(options: Composed & Omit<Ports, 'cache'> & { keys: PlaybackKeys; measures?: Measures }): Promise<Edge> {
  const { settings, keys, documents, objects, queue, signals, clock = systemClock } = options
  const log = options.log.child({ role: 'edge' })
  const cache = await openCache(settings, log)
  const gathered = openGatheredCounts({ documents, log })
  const cmcd = openCmcdGatherer({ gathered, clock })
  const addressOf = clientAddresses(settings.SLUICE_TRUSTED_PROXIES)
  const edge = createEdge({ measures: options.measures, documents, objects, queue, signals, keys, log, clock, cmcd, addressOf, ...cache })
  return {
    ...edge,
    async close() {
      await edge.close()
      cmcd.close()
      await gathered.close()
    },
  }
}

/** Memory, and the disk that the settings give. */
export async function openCache(settings: Settings, log: Log): Promise<{ memoryBytes: number; disk?: DiskTier }> {
  const { SLUICE_EDGE_MEMORY_BYTES: memoryBytes, SLUICE_EDGE_DISK_BYTES: limitBytes } = settings
  if (limitBytes === 0) return { memoryBytes }
  const dir = settings.SLUICE_EDGE_DISK_DIR || join(settings.SLUICE_DATA_DIR, 'edge-cache')
  return { memoryBytes, disk: await openDisk({ dir, limitBytes, log }) }
}
