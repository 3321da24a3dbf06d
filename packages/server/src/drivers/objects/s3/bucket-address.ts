/** Where a bucket is, by the SDK's own rules: for URLs, and for the page's content security policy. */
import type { S3Client } from '@aws-sdk/client-s3'
import type { S3ObjectsOptions } from './options.ts'
import { openStore } from './store.ts'

/** Which address: that of this process, or that of browsers. */
export type Side = 'own' | 'public'

/** `https://bucket.host/`, or `https://host/bucket` by path. Needs no credentials and no connection. */
export function bucketAddress(client: S3Client, options: S3ObjectsOptions, bucket: string, side: Side): URL {
  const endpoint = side === 'public' ? (options.publicEndpoint ?? options.endpoint) : options.endpoint
  const parameters = { Bucket: bucket, Region: options.region, ForcePathStyle: options.pathStyle, UseFIPS: false, UseDualStack: false, Accelerate: false }
  return client.config.endpointProvider({ ...parameters, ...(endpoint && { Endpoint: endpoint }) }).url
}

/** Where browsers send parts to. */
export function partOriginOf(options: S3ObjectsOptions): string {
  const store = openStore(options)
  try {
    return bucketAddress(store.client, options, options.buckets.raw, 'public').origin
  } finally {
    store.close()
  }
}
