/** What uploads need, for the api role and for the reconciler's look at due uploads. */
import type { Log } from '../base/log.ts'
import { systemClock, type Clock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { Settings } from '../config/settings.ts'
import type { UploadDeps } from '../upload/deps.ts'
import type { Ports } from './open-drivers.ts'

/** How long after a transition's start somebody looks whether it ended. */
export const dueDelaySeconds = (settings: Settings): number => (settings.SLUICE_TEST_FAST_DUE ? 0 : 60)

export function uploadDepsOf(options: Omit<Ports, 'cache'> & { settings: Settings; log: Log; clock?: Clock; tracer?: Tracer }): UploadDeps {
  const { documents, objects, queue, signals, settings, log, tracer, clock = systemClock } = options
  return {
    documents,
    objects,
    queue,
    signals,
    log,
    tracer,
    clock,
    limits: {
      maxFileBytes: settings.SLUICE_MAX_FILE_BYTES,
      maxOpenUploads: settings.SLUICE_MAX_OPEN_UPLOADS,
      expirySeconds: settings.SLUICE_UPLOAD_EXPIRY_HOURS * 3600,
      partUrlSeconds: settings.SLUICE_PART_URL_MINUTES * 60,
      dueDelaySeconds: dueDelaySeconds(settings),
    },
  }
}
