/** The edge role over the opened ports, and the signing keys that it shares with the play route. */
import type { Log } from '../base/log.ts'
import { systemClock, type Clock } from '../base/time.ts'
import type { Settings } from '../config/settings.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import { createEdge } from '../stream/edge.ts'
import { openKeys, type PlaybackKeys } from '../stream/keys.ts'
import { longestTokenSeconds } from '../stream/session.ts'
import type { Ports } from './open-drivers.ts'

type Composed = { settings: Settings; log: Log; clock?: Clock }

/** One set a process, for the edge and for the play route. Rejects when the documents stay unreachable. */
export function openPlaybackKeys({ settings, log, documents, clock = systemClock }: Composed & Pick<Ports, 'documents'>): Promise<PlaybackKeys> {
  return openKeys({ documents, log, clock, longestTokenMs: longestTokenSeconds(settings.SLUICE_MAX_DURATION_HOURS * 3600) * 1000 })
}

/** `handle` takes `/p/…` and `/posters/…`; offer it every request. `close` ends holds, before the listener closes. */
export function createEdgeRole(options: Composed & Omit<Ports, 'cache'> & { keys: PlaybackKeys }): { handle: RawHandler; close(): void } {
  const { settings, log, keys, documents, objects, queue, signals, clock = systemClock } = options
  return createEdge({
    documents,
    objects,
    queue,
    signals,
    keys,
    log: log.child({ role: 'edge' }),
    clock,
    memoryBytes: settings.SLUICE_EDGE_MEMORY_BYTES,
  })
}
