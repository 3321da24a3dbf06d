/** The store as the driver's other files use it: the SDK's client, the buckets' names, one way to send a command. */
import { createHash } from 'node:crypto'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { retry } from '../../../base/retry.ts'
import { systemClock, type Clock } from '../../../base/time.ts'
import type { Bucket } from '../../../ports/objects.ts'
import { isPassing, portError } from './errors.ts'
import type { S3ObjectsOptions } from './options.ts'

export type Store = {
  client: S3Client
  bucket(bucket: Bucket): string
  /** The answer, tried for a few times; or the port's error. `patient`: for calls whose answer takes the store long. */
  send<Output>(call: (client: S3Client) => Promise<Output>, patient?: 'patient'): Promise<Output>
  /** Goes into every write. */
  encryption: { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string }
  checksums: S3ObjectsOptions['checksums']
  clock: Clock
  close(): void
}

const connectSeconds = 3
/** Putting a large upload together may take a store minutes. */
const patientSeconds = 120

/** Opens no connection. */
export function openStore(options: S3ObjectsOptions): Store {
  const { idleSeconds = 10, attempts = 4, encryption } = options
  const client = openClient(options, idleSeconds)
  const patientClient = openClient(options, Math.max(idleSeconds, patientSeconds))
  return {
    client,
    bucket(bucket) {
      const name = Object.hasOwn(options.buckets, bucket) ? options.buckets[bucket] : undefined
      if (!name) throw new TypeError(`there is no bucket ${JSON.stringify(bucket)}`)
      return name
    },
    send(call, patient) {
      const once = async () => {
        try {
          return await call(patient ? patientClient : client)
        } catch (error) {
          throw portError(error)
        }
      }
      return retry(once, { attempts, baseMs: 50, maxMs: 1000, retryable: isPassing })
    },
    encryption: encryption ? { ServerSideEncryption: encryption.algorithm, ...(encryption.kmsKeyId && { SSEKMSKeyId: encryption.kmsKeyId }) } : {},
    checksums: options.checksums,
    clock: options.clock ?? systemClock,
    close() {
      for (const one of [client, patientClient]) one.destroy()
    },
  }
}

function openClient(options: S3ObjectsOptions, idleSeconds: number): S3Client {
  const config: S3ClientConfig = {
    region: options.region,
    forcePathStyle: options.pathStyle,
    // Tried again above: the SDK's retries are rationed for the whole client, so that after an outage a single fault is an error.
    maxAttempts: 1,
    // Stores other than AWS know no trailing CRC32; our own checks stand in.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: connectSeconds * 1000, socketTimeout: idleSeconds * 1000, httpAgent: agent, httpsAgent: agent },
    ...(options.endpoint && { endpoint: options.endpoint }),
    ...(options.credentials && { credentials: options.credentials }),
  }
  const client = new S3Client(config)
  // Many stores want Content-MD5 where the SDK sends AWS's newer checksum: deletes in batches.
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { headers: Record<string, string>; body?: unknown }
      if (context.commandName === 'DeleteObjectsCommand' && typeof request.body === 'string') {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64')
      }
      return next(args)
    },
    { step: 'build', name: 'contentMd5OfDeletes' },
  )
  return client
}

/** An edge reads many segments at once; an encoder writes some. */
const agent = { keepAlive: true, maxSockets: 256 }
