/** Playback over the opened ports: the edge role, the signing keys, and the play route that the api role takes in. */
import type { Log } from '../base/log.ts'
import { systemClock, type Clock } from '../base/time.ts'
import type { Settings } from '../config/settings.ts'
import type { RegisterRoutes } from '../http/app.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import { createEdge } from '../stream/edge.ts'
import { openKeys, type PlaybackKeys } from '../stream/keys.ts'
import { openLiveVideos } from '../stream/live-videos.ts'
import { registerPlayRoutes } from '../stream/routes.ts'
import { longestTokenSeconds } from '../stream/session.ts'
import type { Ports } from './open-drivers.ts'

type Composed = { settings: Settings; log: Log; clock?: Clock }

/** One set a process, for the edge and for the play route. Rejects when the documents stay unreachable. */
export function openPlaybackKeys({ settings, log, documents, clock = systemClock }: Composed & Pick<Ports, 'documents'>): Promise<PlaybackKeys> {
  return openKeys({ documents, log, clock, longestTokenMs: longestTokenSeconds(settings.SLUICE_MAX_DURATION_HOURS * 3600) * 1000 })
}

/** How old a video may be when play judges it, should its signal be lost. */
const playFreshMs = 1000

/** For `ApiOptions.routes`. */
export function playRoutes(options: Composed & Pick<Ports, 'documents' | 'signals'> & { keys: PlaybackKeys }): RegisterRoutes {
  const { settings, documents, signals, keys, clock = systemClock } = options
  return (app) => {
    const videos = openLiveVideos({ documents, signals, clock, freshMs: playFreshMs, staleIfError: false })
    app.addHook('onClose', async () => videos.close())
    registerPlayRoutes(app, { videos, keys, clock, publicUrl: settings.SLUICE_PUBLIC_URL })
  }
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
