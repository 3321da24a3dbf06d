/** The api role: the app with the routes of all features over the opened ports. */
import { fileURLToPath } from 'node:url'
import type { AccountsDeps } from '../accounts/deps.ts'
import { openPasswordHasher, type PasswordHasher } from '../accounts/password-hasher.ts'
import { registerAccountRoutes } from '../accounts/routes.ts'
import { authenticator } from '../accounts/sessions.ts'
import type { Log } from '../base/log.ts'
import type { Measures } from '../base/measures.ts'
import { systemClock, type Clock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { CatalogDeps } from '../catalog/deps.ts'
import { presentVideo } from '../catalog/present.ts'
import { registerCatalogRoutes } from '../catalog/routes.ts'
import type { Settings } from '../config/settings.ts'
import type { App, RegisterRoutes } from '../http/app.ts'
import { createApp } from '../http/create-app.ts'
import { registerStaticSite } from '../http/static-site.ts'
import { registerUploadRoutes } from '../upload/routes.ts'
import { healthChecks } from './health-checks.ts'
import type { Ports } from './open-drivers.ts'
import { dueDelaySeconds, uploadDepsOf } from './upload-deps.ts'

export type ApiOptions = Ports & {
  settings: Settings
  log: Log
  clock?: Clock
  /** Signs delivery paths in the answers of the catalog. */
  signPath: CatalogDeps['signPath']
  /** Routes of features that are composed elsewhere (play). */
  routes?: RegisterRoutes[]
  /** As Drivers has it. */
  partOrigins?: string[]
  /** Where the built site lies; packages/web/dist by default. Without one there is no site. */
  siteDirectory?: string
  passwords?: PasswordHasher
  measures?: Measures
  tracer?: Tracer
}

/** Event streams of one account (a page has one, a list of one's own videos some), and of all. */
const maxStreamsEach = 32
const maxStreams = 5000

/** Ready: `app.routing` is the listener of its requests. `app.close()` ends event streams and running requests. */
export async function createApi(options: ApiOptions): Promise<App> {
  const { documents, objects, queue, signals, cache, settings, clock = systemClock } = options
  const log = options.log.child({ role: 'api' })
  const publicUrl = settings.SLUICE_PUBLIC_URL
  const accounts: AccountsDeps = {
    documents,
    cache,
    clock,
    log,
    passwords: options.passwords ?? openPasswordHasher(),
    limits: {
      signUpOpen: settings.SLUICE_SIGNUP === 'open',
      sessionSeconds: settings.SLUICE_SESSION_DAYS * 24 * 3600,
      signInAttemptsPerMinute: settings.SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE,
    },
  }
  const catalog: CatalogDeps = {
    documents,
    objects,
    queue,
    signals,
    cache,
    clock,
    signPath: options.signPath,
    log,
    limits: { dueDelaySeconds: dueDelaySeconds(settings), maxStreamsEach, maxStreams },
  }
  const app = await createApp({
    log,
    clock,
    cache,
    queue,
    authenticate: authenticator(accounts),
    publicUrl,
    partOrigins: options.partOrigins,
    deliveryOrigins: settings.SLUICE_DELIVERY_URLS,
    trustedProxies: settings.SLUICE_TRUSTED_PROXIES,
    requestsPerMinute: settings.SLUICE_RATE_LIMIT_PER_MINUTE,
    measures: options.measures,
    ...healthChecks(settings, options),
  })
  registerAccountRoutes(app, { ...accounts, publicUrl })
  registerUploadRoutes(app, {
    ...uploadDepsOf({ documents, objects, queue, signals, settings, log, clock, tracer: options.tracer }),
    publicUrl,
    present: (video, viewer) => presentVideo(catalog, video, viewer),
  })
  registerCatalogRoutes(app, catalog)
  for (const register of options.routes ?? []) await register(app)
  await registerStaticSite(app, options.siteDirectory ?? fileURLToPath(new URL('../../../web/dist', import.meta.url)))
  await app.ready()
  return app
}
