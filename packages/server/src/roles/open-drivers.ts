/** Opens the driver of every port that the settings name. Drivers are loaded only when they are used. */
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import { sendProblem } from '../http/problem.ts'
import type { Cache } from '../ports/cache.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'

export type Ports = { documents: Documents; objects: Objects; queue: Queue; signals: Signals; cache: Cache }

export type Drivers = Ports & {
  /** What drivers serve over HTTP themselves: the directory driver's parts and reads. */
  handlers: RawHandler[]
  close(): Promise<void>
}

/**
 * `ownUrl` answers this process's own loopback address, known once it listens: encoders read sources by it.
 * Errors: DataDirectoryInUse, DriverUnavailable.
 */
export async function openDrivers(settings: Settings, options: { log: Log; ownUrl: () => string }): Promise<Drivers> {
  const { log } = options
  const directory = settings.SLUICE_DATA_DIR
  const { lockDataDirectory } = await import('../drivers/data-directory/lock.ts')
  const { dataDirectorySecret } = await import('../drivers/data-directory/secret.ts')
  const { openSqliteDocuments } = await import('../drivers/documents/sqlite/open.ts')
  const { openSqliteQueue } = await import('../drivers/queue/sqlite/open.ts')
  const { openProcessSignals } = await import('../drivers/signals/process/open.ts')
  const { openMemoryCache } = await import('../drivers/cache/memory/open.ts')
  const { openDirectoryObjects } = await import('../drivers/objects/directory/open.ts')

  const unlock = lockDataDirectory(directory)
  const closers: (() => Promise<void> | void)[] = [unlock]
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    const documents = await openSqliteDocuments({ path: join(directory, 'documents.sqlite'), log })
    closers.push(() => documents.close())
    const queue = await openSqliteQueue({ path: join(directory, 'queue.sqlite') })
    closers.push(() => queue.close())
    const signals = openProcessSignals({ log })
    closers.push(() => signals.close())
    const cache = openMemoryCache({ maxEntries: 50_000 })
    closers.push(() => cache.close())
    const { objects, handle } = await openDirectoryObjects({
      dir: join(directory, 'objects'),
      secret: dataDirectorySecret(directory),
      readBaseUrl: options.ownUrl,
      sendProblem,
      log,
    })
    closers.push(() => objects.close())
    return { documents, objects, queue, signals, cache, handlers: [handle], close }
  } catch (error) {
    await close()
    throw error
  }
}
