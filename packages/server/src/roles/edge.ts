/** The edge role: signed delivery over the opened ports. */
import type { Log } from '../base/log.ts'
import { systemClock } from '../base/time.ts'
import type { Settings } from '../config/settings.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import { createEdge } from '../stream/edge.ts'
import { openKeys, type PlaybackKeys } from '../stream/keys.ts'
import { longestTokenSeconds } from '../stream/session.ts'
import type { Ports } from './open-drivers.ts'

/** For the edge and for the api's play route: one set a process. Rejects when the documents stay unreachable. */
export function openPlaybackKeys(options: { settings: Settings; log: Log; documents: Ports['documents'] }): Promise<PlaybackKeys> {
  const { settings, log, documents } = options
  const longestTokenMs = longestTokenSeconds(settings.SLUICE_MAX_DURATION_HOURS * 3600) * 1000
  return openKeys({ documents, log, clock: systemClock, longestTokenMs })
}

/** `handle` takes `/p/…` and `/posters/…`; offer it every request. */
export function createEdgeRole(options: Omit<Ports, 'cache'> & { settings: Settings; log: Log; keys: PlaybackKeys }): {
  handle: RawHandler
  close(): void
} {
  const { settings, log, keys, documents, objects, queue, signals } = options
  return createEdge({
    documents,
    objects,
    queue,
    signals,
    keys,
    log: log.child({ role: 'edge' }),
    clock: systemClock,
    memoryBytes: settings.SLUICE_EDGE_MEMORY_BYTES,
  })
}
