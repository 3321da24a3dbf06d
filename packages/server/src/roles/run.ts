/** One process: opens the drivers, composes the roles that the settings ask for, listens, and drains at the end. */
import type { RequestListener } from 'node:http'
import type { Log } from '../base/log.ts'
import { systemClock } from '../base/time.ts'
import type { Settings } from '../config/settings.ts'
import type { App } from '../http/app.ts'
import { taskOf } from '../domain/messages.ts'
import { listen } from '../http/listen.ts'
import { sendProblem } from '../http/problem.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import { openPlayCounter } from '../stream/count-plays.ts'
import { openLiveVideos } from '../stream/live-videos.ts'
import { registerDownloadRoutes } from '../stream/download-routes.ts'
import { pathSigner } from '../stream/sign-path.ts'
import { registerPlayRoutes } from '../stream/routes.ts'
import { resumeDueUpload } from '../upload/resume-due.ts'
import { createApi } from './api.ts'
import { createEdgeRole, openPlaybackKeys } from './edge.ts'
import { startEncoder } from './encoder.ts'
import { openDrivers } from './open-drivers.ts'
import { uploadDepsOf } from './upload-deps.ts'

export type Running = {
  /** The process's own address; what people type is SLUICE_PUBLIC_URL or this. */
  url: string
  /** Takes nothing new, gives tasks back, lets requests end, closes the drivers. Repeatable. */
  stop(): Promise<void>
}

/** How long `play` may trust a video document: a second, and a signal ends it sooner. */
const playFreshMs = 1000
const closeGraceMs = 5000

/** Errors: DataDirectoryInUse, DriverUnavailable, the system's EADDRINUSE and such. Nothing is left open after one. */
export async function startRoles(settings: Settings, log: Log): Promise<Running> {
  const has = (role: Settings['SLUICE_ROLES'][number]) => settings.SLUICE_ROLES.includes(role)
  let port = settings.SLUICE_HTTP_PORT
  const closers: (() => Promise<void> | void)[] = []
  let stopping: Promise<void> | undefined
  const stop = () =>
    (stopping ??= (async () => {
      for (const close of closers.toReversed()) {
        try {
          await close()
        } catch (error) {
          log.warn({ err: error }, 'something did not close in order')
        }
      }
    })())

  try {
    const drivers = await openDrivers(settings, { log, ownUrl: () => `http://127.0.0.1:${port}` })
    closers.push(() => drivers.close())
    const handlers: RawHandler[] = [...drivers.handlers]
    let api: App | undefined
    let edge: ReturnType<typeof createEdgeRole> | undefined

    const keys = has('api') || has('edge') ? await openPlaybackKeys({ settings, log, documents: drivers.documents }) : undefined
    if (keys) closers.push(() => keys.close())
    if (keys && has('edge')) {
      edge = createEdgeRole({ ...drivers, settings, log, keys })
      handlers.push(edge.handle)
    }
    if (keys && has('api')) {
      const videos = openLiveVideos({ ...drivers, clock: systemClock, freshMs: playFreshMs, staleIfError: false })
      closers.push(() => videos.close())
      const onGrowth = async (videoId: string) => {
        const revision = (await videos.get(videoId))?.revision
        if (revision !== undefined) await drivers.queue.enqueue(taskOf({ kind: 'upgrade', videoId, revision }))
      }
      const plays = openPlayCounter({ documents: drivers.documents, log, ...(settings.SLUICE_UPGRADE === 'popular' && { onGrowth }) })
      closers.push(() => plays.close())
      const play = { videos, keys, plays, clock: systemClock, publicUrl: settings.SLUICE_PUBLIC_URL }
      const signPath = pathSigner({ keys, clock: systemClock })
      api = await createApi({ ...drivers, settings, log, signPath, routes: [(routes) => registerDownloadRoutes(routes, { ...play, documents: drivers.documents }), (routes) => registerPlayRoutes(routes, play)] })
    }

    const app: RequestListener = api?.routing ?? ((_request, response) => sendProblem(response, 'not_found'))
    const listener = await listen({ port, host: settings.SLUICE_HTTP_HOST, handlers, app })
    port = listener.port
    closers.push(() => listener.close(closeGraceMs))
    // Closed before the listener: they end event streams and held requests, which would keep connections open.
    closers.push(() => api?.close())
    closers.push(() => edge?.close())
    if (has('encoder')) {
      const uploads = uploadDepsOf({ ...drivers, settings, log })
      const encoder = await startEncoder({ ...drivers, settings, log, onDueUpload: (due) => resumeDueUpload(uploads, due) })
      closers.push(() => encoder.stop())
    }
    return { url: `http://localhost:${port}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
