/** Opens the driver of the objects port that the settings name. */
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import { BadSettings } from '../config/read.ts'
import type { Settings } from '../config/settings.ts'
import type { S3ObjectsOptions } from '../drivers/objects/s3/options.ts'
import { sendProblem } from '../http/problem.ts'
import type { RawHandler } from '../http/raw-handler.ts'
import type { Objects } from '../ports/objects.ts'

export type OpenedObjects = {
  objects: Objects
  handlers: RawHandler[]
  /** Origins other than our own that browsers send parts to. */
  partOrigins: string[]
}

/** On S3 no connection is opened: the store may be started later. Errors: BadSettings, DriverUnavailable (directory). */
export async function openObjects(settings: Settings, options: { log: Log; ownUrl: () => string }): Promise<OpenedObjects> {
  if (settings.SLUICE_OBJECTS === 's3') return openS3(settings, options.log)
  const { dataDirectorySecret } = await import('../drivers/data-directory/secret.ts')
  const { openDirectoryObjects } = await import('../drivers/objects/directory/open.ts')
  const { objects, handle } = await openDirectoryObjects({
    dir: join(settings.SLUICE_DATA_DIR, 'objects'),
    secret: dataDirectorySecret(settings.SLUICE_DATA_DIR),
    readBaseUrl: options.ownUrl,
    sendProblem,
    log: options.log,
  })
  return { objects, handlers: [handle], partOrigins: [] }
}

async function openS3(settings: Settings, log: Log): Promise<OpenedObjects> {
  const { openS3Objects } = await import('../drivers/objects/s3/open.ts')
  const { keepPreparingBuckets } = await import('../drivers/objects/s3/prepare-buckets.ts')
  const { partOriginOf } = await import('../drivers/objects/s3/bucket-address.ts')
  const options = { ...s3Options(settings), log }
  const objects = openS3Objects(options)
  const preparing = new AbortController()
  if (settings.SLUICE_S3_PREPARE === 'auto' && settings.SLUICE_ROLES.includes('api')) void keepPreparingBuckets(options, preparing.signal)
  const close = () => {
    preparing.abort()
    return objects.close()
  }
  return { objects: { ...objects, close }, handlers: [], partOrigins: [partOriginOf(options)] }
}

/** The settings as the driver takes them. Errors: BadSettings, for a key without its secret, or one bucket for both. */
export function s3Options(settings: Settings): S3ObjectsOptions {
  const { SLUICE_S3_ACCESS_KEY_ID: accessKeyId, SLUICE_S3_SECRET_ACCESS_KEY: secretAccessKey, SLUICE_S3_ENDPOINT: endpoint } = settings
  if ((accessKeyId === '') !== (secretAccessKey === '')) throw new BadSettings('SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY go together')
  const { SLUICE_S3_RAW_BUCKET: raw, SLUICE_S3_ENCODED_BUCKET: encoded } = settings
  // What may be swept in the one must never be swept in the other.
  if (raw === encoded) throw new BadSettings(`SLUICE_S3_RAW_BUCKET and SLUICE_S3_ENCODED_BUCKET must be two buckets: both are ${JSON.stringify(raw)}`)
  const { SLUICE_S3_PATH_STYLE: pathStyle, SLUICE_S3_CHECKSUMS: checksums, SLUICE_S3_ENCRYPTION: algorithm } = settings
  return {
    ...(endpoint && { endpoint }),
    ...(settings.SLUICE_S3_PUBLIC_ENDPOINT && { publicEndpoint: settings.SLUICE_S3_PUBLIC_ENDPOINT }),
    region: settings.SLUICE_S3_REGION,
    ...(accessKeyId && { credentials: { accessKeyId, secretAccessKey } }),
    pathStyle: pathStyle === 'auto' ? endpoint !== '' : pathStyle === 'true',
    buckets: { raw, encoded },
    ...(algorithm !== 'bucket' && { encryption: { algorithm, ...(settings.SLUICE_S3_KMS_KEY_ID && { kmsKeyId: settings.SLUICE_S3_KMS_KEY_ID }) } }),
    checksums: checksums !== 'auto' ? checksums : endpoint ? 'part' : 'upload',
  }
}
