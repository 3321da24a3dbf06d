/** What `sluice admin move` does: opens documents and objects of two installations, and copies one to the other. */
import { resolve } from 'node:path'
import { systemClock } from '../../base/time.ts'
import { BadSettings } from '../../config/read.ts'
import type { Settings } from '../../config/settings.ts'
import { lockDataDirectory } from '../../drivers/data-directory/lock.ts'
import type { Side, TransferDeps, TransferOptions } from '../../transfer/deps.ts'
import { transfer, type Transferred } from '../../transfer/transfer.ts'
import { makeLog } from '../make-log.ts'
import { openDocuments } from '../open-documents.ts'
import { openObjects, s3Options } from '../open-objects.ts'
import { asVisitor, nobodysUrl, refuseAbsent } from './open.ts'

export type MoveOptions = Omit<TransferOptions, 'source'> & Pick<TransferDeps, 'signal' | 'onProgress'> & { from: Settings; to: Settings }

/**
 * Data directories of both sides are locked meanwhile: DataDirectoryInUse when a server has one. Of other stores nobody
 * can see whether they are served; a source that changed is found when the two sides are compared. Errors: BadSettings,
 * TransferRefused, DriverUnavailable.
 */
export async function moveInstallation({ from, to, signal, onProgress, again, trustSizes }: MoveOptions): Promise<Transferred> {
  const [source, destination] = [placesOf(from), placesOf(to)]
  for (const place of ['documents', 'objects'] as const) {
    if (source[place] === destination[place]) throw new BadSettings(`Source and destination have their ${place} in the same place: ${source[place]}`)
  }
  refuseAbsent(from)
  const log = makeLog('warn')
  const closers: (() => Promise<void> | void)[] = []
  try {
    for (const directory of new Set([from, to].filter(isEmbedded).map(({ SLUICE_DATA_DIR }) => resolve(SLUICE_DATA_DIR)))) closers.push(lockDataDirectory(directory))
    const open = async (settings: Settings): Promise<Side> => {
      const documents = await openDocuments(settings, log)
      closers.push(() => documents.close())
      const { objects } = await openObjects(asVisitor(settings), { log, ownUrl: nobodysUrl })
      closers.push(() => objects.close())
      return { documents, objects }
    }
    const sides = { from: await open(from), to: await open(to) }
    await prepareStore(to)
    return await transfer({ ...sides, log, signal, onProgress, clock: systemClock }, { source: `${source.documents} and ${source.objects}`, again, trustSizes })
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

async function prepareStore(settings: Settings): Promise<void> {
  if (settings.SLUICE_OBJECTS !== 's3' || settings.SLUICE_S3_PREPARE !== 'auto') return
  const { prepareBuckets } = await import('../../drivers/objects/s3/prepare-buckets.ts')
  await prepareBuckets(s3Options(settings))
}

const isEmbedded = ({ SLUICE_DOCUMENTS: documents, SLUICE_OBJECTS: objects }: Settings): boolean => documents === 'sqlite' || objects === 'directory'

/** Names without secrets: they are kept in the destination and shown. */
function placesOf(settings: Settings): { documents: string; objects: string } {
  const directory = resolve(settings.SLUICE_DATA_DIR)
  return {
    documents: settings.SLUICE_DOCUMENTS === 'sqlite' ? `${directory}/documents.sqlite` : `keyspace ${settings.SLUICE_CASSANDRA_KEYSPACE} of ${settings.SLUICE_CASSANDRA_CONTACT_POINTS.join()}`,
    objects: settings.SLUICE_OBJECTS === 'directory' ? `${directory}/objects` : `buckets ${settings.SLUICE_S3_RAW_BUCKET} and ${settings.SLUICE_S3_ENCODED_BUCKET} of ${settings.SLUICE_S3_ENDPOINT || settings.SLUICE_S3_REGION}`,
  }
}
