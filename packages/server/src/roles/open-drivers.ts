/** Opens the driver of every port that the settings name. Drivers are loaded only when they are used. */
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import type { Cache } from '../ports/cache.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'
import { openDocuments } from './open-documents.ts'
import { openObjects } from './open-objects.ts'
import { openQueue, openSignals } from './open-queue.ts'

export type Ports = { documents: Documents; objects: Objects; queue: Queue; signals: Signals; cache: Cache }

export type Drivers = Ports & {
  /** What drivers serve over HTTP themselves: the directory driver's parts and reads. */
  handlers: RawHandler[]
  /** Origins other than our own that browsers send parts to. */
  partOrigins: string[]
  close(): Promise<void>
}

/**
 * `ownUrl` answers this process's own address, known once it listens: encoders read sources by it.
 * Errors: DataDirectoryInUse, DriverUnavailable.
 */
export async function openDrivers(settings: Settings, options: { log: Log; ownUrl: () => string }): Promise<Drivers> {
  const { log } = options

  const closers: (() => Promise<void> | void)[] = [await lockIfUsed(settings)]
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    const documents = await openDocuments(settings, log)
    closers.push(() => documents.close())
    const queue = await openQueue(settings, log)
    closers.push(() => queue.close())
    const signals = await openSignals(settings, log)
    closers.push(() => signals.close())
    const cache = await openCache(settings, log)
    closers.push(() => cache.close())
    const { objects, ...rest } = await openObjects(settings, options)
    closers.push(() => objects.close())
    return { documents, objects, queue, signals, cache, ...rest, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Two processes on one embedded store would not know of each other; without one there is nothing to lock. */
async function lockIfUsed(settings: Settings): Promise<() => void> {
  const isEmbedded = settings.SLUICE_DOCUMENTS === 'sqlite' || settings.SLUICE_QUEUE === 'sqlite' || settings.SLUICE_OBJECTS === 'directory'
  if (!isEmbedded) return () => {}
  const { lockDataDirectory } = await import('../drivers/data-directory/lock.ts')
  return lockDataDirectory(settings.SLUICE_DATA_DIR)
}

async function openCache(settings: Settings, log: Log): Promise<Cache> {
  if (settings.SLUICE_CACHE === 'redis') {
    const { openRedisCache } = await import('../drivers/cache/redis/open.ts')
    return openRedisCache({ url: settings.SLUICE_REDIS_URL, log })
  }
  const { openMemoryCache } = await import('../drivers/cache/memory/open.ts')
  return openMemoryCache({ maxEntries: 50_000 })
}
