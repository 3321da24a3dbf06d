/** Makes the buckets where they are missing, and lets browsers of any origin PUT parts into the raw one. */
import { CreateBucketCommand, GetBucketCorsCommand, HeadBucketCommand, PutBucketCorsCommand, type CORSRule, type S3Client } from '@aws-sdk/client-s3'
import { backoffMs } from '../../../base/retry.ts'
import { sleep } from '../../../base/time.ts'
import { codeOf, portError, statusOf } from './errors.ts'
import type { S3ObjectsOptions } from './options.ts'
import { openStore } from './store.ts'

/** The URL is signed: who has it may PUT, from wherever the page came. */
const rule = { AllowedOrigins: ['*'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'], MaxAgeSeconds: 3600 } satisfies CORSRule

/** Repeatable. Errors: DriverUnavailable, also when these keys may not do it. */
export async function prepareBuckets(options: S3ObjectsOptions): Promise<void> {
  const store = openStore(options)
  try {
    for (const bucket of Object.values(options.buckets)) await makeBucket(store.client, bucket, options.region)
    await allowParts(store.client, options.buckets.raw).catch((error: unknown) => {
      // Some stores (OpenStack Swift) have their rules in their own configuration.
      if (statusOf(error) !== 501) throw error
      options.log?.warn({ bucket: options.buckets.raw }, 'the store takes no CORS rules by S3: it must allow PUT and show ETag by its own configuration')
    })
  } catch (error) {
    throw portError(error)
  } finally {
    store.close()
  }
}

/** As above, again and again until it is done or the signal aborts: the store may start after us. */
export async function keepPreparingBuckets(options: S3ObjectsOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return await prepareBuckets(options)
    } catch (error) {
      const fields = { err: error, buckets: options.buckets }
      options.log?.warn(fields, 'the buckets are not prepared yet (docs/drivers/objects.md says how it is done by hand)')
      await sleep(backoffMs(attempt, 1000, 60_000), signal)
    }
  }
}

async function makeBucket(client: S3Client, Bucket: string, region: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket }))
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    const place = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }
    await client.send(new CreateBucketCommand({ Bucket, ...place })).catch((refusal: unknown) => {
      // Another process was faster.
      if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(codeOf(refusal) ?? '')) throw refusal
    })
  }
}

/** Rules of the owner's stay; ours is added where none allows the same. */
async function allowParts(client: S3Client, Bucket: string): Promise<void> {
  const rules = await client.send(new GetBucketCorsCommand({ Bucket })).then(
    ({ CORSRules = [] }) => CORSRules,
    (error: unknown) => {
      if (statusOf(error) === 404) return []
      throw error
    },
  )
  const isThere = rules.some((one) => one.AllowedOrigins?.includes('*') && one.AllowedMethods?.includes('PUT') && one.AllowedHeaders?.includes('*') && one.ExposeHeaders?.some((name) => /^etag$/i.test(name)))
  if (!isThere) await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [...rules, rule] } }))
}
