/** What the S3 driver is told. */
import type { Log } from '../../../base/log.ts'
import type { Clock } from '../../../base/time.ts'
import type { Bucket } from '../../../ports/objects.ts'

export type S3ObjectsOptions = {
  /** An origin; absent: AWS's own of the region. */
  endpoint?: string
  /** The origin by which browsers reach the store, where it is another; part URLs are made for it. */
  publicEndpoint?: string
  region: string
  /** Absent: wherever the AWS SDK finds them (environment, profile, the machine's role). */
  credentials?: { accessKeyId: string; secretAccessKey: string }
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  pathStyle: boolean
  /** The store's names of the two buckets. */
  buckets: Record<Bucket, string>
  encryption?: { algorithm: 'AES256' | 'aws:kms'; kmsKeyId?: string }
  /**
   * How the store is to check a part's SHA-256. `part`: each part that has one by itself (most stores). `upload`: the upload is
   * opened for them, and then every part must bring its own (AWS). `none`: not at all.
   */
  checksums: 'part' | 'upload' | 'none'
  /** A connection that moves nothing for so long is given up; 10 seconds. */
  idleSeconds?: number
  /** Calls of one request in all, with growing pauses between them; 4. */
  attempts?: number
  clock?: Clock
  log?: Log
}
