/** One process: opens the drivers, composes the roles that the settings ask for, listens, and drains at the end. */
import type { Log } from '../base/log.ts'
import { openMeasures } from '../base/measures.ts'
import { systemClock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { Settings } from '../config/settings.ts'
import type { App } from '../http/app.ts'
import { createStatusApp } from '../http/create-status-app.ts'
import { taskOf } from '../domain/messages.ts'
import { listen } from '../http/listen.ts'
import { ownUrl } from '../http/own-url.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import type { Edge } from '../stream/edge/edge.ts'
import { openRanks } from '../records/popular.ts'
import { openLiveVideos } from '../stream/live-videos.ts'
import { registerDownloadRoutes } from '../stream/download/download-routes.ts'
import { sessionOpener } from '../stream/sign/open-session.ts'
import { registerEdgeKeysRoutes } from '../stream/sign/edge-keys-routes.ts'
import { pathSigner } from '../stream/sign/sign-path.ts'
import { registerPlayRoutes } from '../stream/play/play-routes.ts'
import { resumeDueUpload } from '../upload/resume-due.ts'
import { createApi } from './api.ts'
import { openAudience } from './audience.ts'
import { startCacheEdge } from './cache-edge.ts'
import { openClosers } from './closers.ts'
import { openEdgeRole, openPlaybackKeys } from './edge.ts'
import { startEncoder } from './encoder.ts'
import { healthChecks } from './health-checks.ts'
import { openDrivers, type Ports } from './open-drivers.ts'
import { readCloudFrontSigner } from './read-cloudfront-signer.ts'
import { tlsOf } from './tls.ts'
import { untilReachable } from './until-reachable.ts'
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

/** Whether a video that is watched may get a further codec, also one that was ready before the policy was set. */
const asksForCodecs = ({ SLUICE_UPGRADE, SLUICE_OPUS }: Settings): boolean => SLUICE_UPGRADE !== 'never' || SLUICE_OPUS !== 'never'

/** Errors: DataDirectoryInUse, DriverUnavailable, the system's EADDRINUSE and such. Nothing is left open after one. */
export async function startRoles(settings: Settings, log: Log): Promise<Running> {
  if (settings.SLUICE_EDGE_ORIGIN !== '') return startCacheEdge(settings, log)
  const has = (role: Settings['SLUICE_ROLES'][number]) => settings.SLUICE_ROLES.includes(role)
  let port = settings.SLUICE_HTTP_PORT
  const closers = openClosers(log)

  try {
    const cloudFront = await readCloudFrontSigner(settings)
    // Closed last: what is done while draining is in the traces too.
    const tracer = await tracerOf(settings, log)
    closers.add(() => tracer?.close())
    const drivers = await openDrivers(settings, { log, ownUrl: () => ownUrl(settings.SLUICE_HTTP_HOST, port) })
    closers.add(() => drivers.close())
    const handlers: RawHandler[] = [...drivers.handlers]
    let api: App | undefined
    const measures = openMeasures()
    let edge: Edge | undefined
    let isStarting = true
    // Who starts first does not matter: from here on /readyz says what is missing, and the roles follow when it is there.
    const status = await createStatusApp({ ...statusChecks(settings, drivers, () => isStarting), depth: () => drivers.queue.depth(), isStarting: () => isStarting, measures })
    const listener = await listen({
      port,
      host: settings.SLUICE_HTTP_HOST,
      handlers,
      app: (request, response) => (api ?? status).routing(request, response),
      ...(has('edge') && { lean: (asked) => edge?.answer(asked) }),
      ...tlsOf(settings, log),
    })
    port = listener.port
    closers.add(() => status.close())
    closers.add(() => listener.close(closeGraceMs))

    const keys = has('api') || has('edge') ? await untilReachable('the documents', () => openPlaybackKeys({ settings, log, documents: drivers.documents }), log) : undefined
    if (keys) closers.add(() => keys.close())
    if (keys && has('edge')) {
      edge = await openEdgeRole({ ...drivers, settings, log, keys, measures })
      handlers.push(edge.handle)
    }
    if (keys && has('api')) {
      const videos = openLiveVideos({ ...drivers, clock: systemClock, freshMs: playFreshMs, staleIfError: false })
      closers.add(() => videos.close())
      const onGrowth = async (videoId: string) => {
        const revision = (await videos.get(videoId))?.revision
        if (revision !== undefined) await drivers.queue.enqueue(taskOf({ kind: 'upgrade', videoId, revision }))
      }
      const ranks = openRanks({ documents: drivers.documents, clock: systemClock })
      const onViews = async (videoId: string) => {
        const video = await videos.get(videoId)
        if (video) await ranks.place(video)
      }
      const audience = openAudience({
        documents: drivers.documents,
        log,
        clock: systemClock,
        openSession: sessionOpener({ videos, keys, clock: systemClock }),
        onViews,
        ...(asksForCodecs(settings) && { onGrowth }),
      })
      closers.add(() => audience.close())
      const play = {
        videos,
        keys,
        clock: systemClock,
        publicUrl: settings.SLUICE_PUBLIC_URL,
        bindToAddress: settings.SLUICE_BIND_PLAYBACK_TO_ADDRESS,
        deliveryUrls: settings.SLUICE_DELIVERY_URLS,
        ...(cloudFront && { cloudFront }),
      }
      const signPath = pathSigner(play)
      api = await createApi({ ...drivers, settings, log, signPath, measures, tracer, routes: [(routes) => registerDownloadRoutes(routes, { ...play, documents: drivers.documents }), (routes) => registerPlayRoutes(routes, play), audience.register, (routes) => registerEdgeKeysRoutes(routes, { documents: drivers.documents, secret: settings.SLUICE_EDGE_KEYS_SECRET })] })
    }

    // Closed before the listener: they end event streams and held requests, which would keep connections open.
    closers.add(() => api?.close())
    closers.add(() => edge?.close())
    // Refused before the roles end: whoever stands in front goes on with the next process, instead of being told 503.
    closers.add(() => listener.refuse())
    if (has('encoder')) {
      const uploads = uploadDepsOf({ ...drivers, settings, log, tracer })
      const encoder = await startEncoder({ ...drivers, settings, log, measures, tracer, onDueUpload: (due) => resumeDueUpload(uploads, due) })
      closers.add(() => encoder.stop())
    }
    isStarting = false
    return { url: `http://localhost:${port}`, stop: closers.close }
  } catch (error) {
    await closers.close()
    throw error
  }
}

/** Its libraries are loaded only where somebody collects. */
async function tracerOf(settings: Settings, log: Log): Promise<Tracer | undefined> {
  const { SLUICE_OTLP_ENDPOINT: endpoint, SLUICE_TRACES_SHARE: share, SLUICE_ROLES: roles } = settings
  if (endpoint === '') return undefined
  const { openTracer } = await import('./open-tracer.ts')
  return openTracer({ endpoint, share, roles, log })
}

/** Those of the roles, and that they are there. */
function statusChecks(settings: Settings, ports: Ports, isStarting: () => boolean): ReturnType<typeof healthChecks> {
  const { checks, ...others } = healthChecks(settings, ports)
  const started = async () => {
    if (isStarting()) throw new Error('the roles are not there yet')
  }
  return { checks: { ...checks, start: started }, ...others }
}
