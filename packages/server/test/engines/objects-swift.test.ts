/** The S3 driver against the port's contract, on OpenStack Swift's S3 API: a store that is not SeaweedFS. */
import { test } from 'node:test'
import { hasSwift, startSwift } from '../../../../scripts/engines/swift.ts'
import { openS3Objects } from '../../src/drivers/objects/s3/open.ts'
import { prepareBuckets } from '../../src/drivers/objects/s3/prepare-buckets.ts'
import { objectsContract } from '../contract/objects.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { s3Options } from './open-s3.ts'

if (!hasSwift()) test('Swift', { skip: 'python3-swift and memcached are not installed' }, () => {})
else {
  objectsContract('S3 (Swift)', async () => {
    const { path, remove } = await scratchDirectory()
    const engine = await startSwift({ directory: path })
    const options = { ...s3Options(engine), checksums: 'none' as const, idleSeconds: 30 }
    await prepareBuckets(options)
    return {
      objects: openS3Objects(options),
      baseUrl: 'http://nobody.invalid',
      replacesAfterMs: 1100,
      // Its release of 2022 knows no SHA-256 of parts, and completes an upload that it has completed once more.
      ignoresChecksums: true,
      knowsFinishedUploads: true,
      reopen: async () => openS3Objects(options),
      async close() {
        await engine.stop()
        await remove()
      },
    }
  })
}
