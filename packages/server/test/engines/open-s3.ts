/** An S3 server of a test's own with the driver on it; `port` puts a proxy between the two. */
import { startS3, type S3Engine } from '../../../../scripts/engines/s3.ts'
import { openS3Objects } from '../../src/drivers/objects/s3/open.ts'
import type { S3ObjectsOptions } from '../../src/drivers/objects/s3/options.ts'
import { prepareBuckets } from '../../src/drivers/objects/s3/prepare-buckets.ts'
import type { OpenedObjects } from '../contract/opened-objects.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

export const s3Options = (engine: Pick<S3Engine, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>): S3ObjectsOptions => ({
  endpoint: engine.endpoint,
  region: engine.region,
  credentials: { accessKeyId: engine.accessKeyId, secretAccessKey: engine.secretAccessKey },
  pathStyle: true,
  buckets: { raw: 'sluice-raw', encoded: 'sluice-encoded' },
  checksums: 'part',
})

export async function openS3(more: Partial<S3ObjectsOptions> = {}): Promise<OpenedObjects & { engine: S3Engine; options: S3ObjectsOptions }> {
  const { path, remove } = await scratchDirectory()
  const engine = await startS3({ directory: path })
  const options = { ...s3Options(engine), ...more }
  await prepareBuckets(options)
  return {
    engine,
    options,
    objects: openS3Objects(options),
    replacesAfterMs: 1100,
    baseUrl: 'http://nobody.invalid',
    reopen: async () => openS3Objects(options),
    async close() {
      await engine.stop()
      await remove()
    },
  }
}
