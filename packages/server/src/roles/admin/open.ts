/** The ports as an administrator's commands open them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../base/log.ts'
import { BadSettings } from '../../config/read.ts'
import type { Settings } from '../../config/settings.ts'
import { makeLog } from '../make-log.ts'
import { openDocuments } from '../open-documents.ts'
import { openDrivers, type Ports } from '../open-drivers.ts'
import { openQueue, openSignals } from '../open-queue.ts'

export type AdminPorts = Pick<Ports, 'documents' | 'queue' | 'signals'> & { settings: Settings; log: Log }

/** For commands that may run beside the server: SQLite's files take a second process, which holds no lock for long. */
export async function besideServer<T>(settings: Settings, use: (ports: AdminPorts) => Promise<T>): Promise<T> {
  refuseAbsent(settings)
  const log = makeLog('warn')
  const closers: (() => Promise<void>)[] = []
  const kept = <P extends { close(): Promise<void> }>(port: P): P => {
    closers.push(() => port.close())
    return port
  }
  try {
    const documents = kept(await openDocuments(settings, log))
    const queue = kept(await openQueue(settings, log))
    const signals = kept(await openSignals(settings, log))
    return await use({ documents, queue, signals, settings, log })
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

/** For commands that need an embedded store for themselves: DataDirectoryInUse while the server runs. */
export async function alone<T>(settings: Settings, use: (ports: AdminPorts & Pick<Ports, 'objects'>) => Promise<T>): Promise<T> {
  refuseAbsent(settings)
  const log = makeLog('warn')
  const drivers = await openDrivers(asVisitor(settings), { log, ownUrl: nobodysUrl })
  try {
    return await use({ ...drivers, settings, log })
  } finally {
    await drivers.close()
  }
}

/** Without the api role nothing is prepared in the store. */
export const asVisitor = (settings: Settings): Settings => ({ ...settings, SLUICE_ROLES: ['encoder'] })

/** Where a process that serves nothing would be asked: no URL of it is ever handed out. */
export const nobodysUrl = (): string => 'http://127.0.0.1:9'

/** A command in the wrong folder must not make an empty installation there, and then say that all is well. */
export function refuseAbsent({ SLUICE_DOCUMENTS: documents, SLUICE_DATA_DIR: directory }: Settings): void {
  if (documents !== 'sqlite' || existsSync(join(directory, 'documents.sqlite'))) return
  throw new BadSettings(`There is no installation in ${directory} (SLUICE_DATA_DIR)`)
}
