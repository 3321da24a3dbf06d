/** Who starts first does not matter: the server says what is missing, goes on when it comes, and says when it is gone. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { freePorts } from '../../../../scripts/engines/engine-process.ts'
import { startRedis } from '../../../../scripts/engines/redis.ts'
import { startS3 } from '../../../../scripts/engines/s3.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { startRolesForTest } from '../roles/start-roles.ts'

test('the server comes before the store and the cache', { timeout: 500_000 }, async () => {
  const scratch = await scratchDirectory()
  const ports = await freePorts(9)
  const [s3Ports, redisPort] = [ports.slice(0, 8), ports[8]!]
  const server = await startRolesForTest({
    SLUICE_ROLES: 'api,edge', SLUICE_OBJECTS: 's3', SLUICE_S3_ENDPOINT: `http://127.0.0.1:${s3Ports[0]}`, SLUICE_S3_ACCESS_KEY_ID: 'sluice',
    SLUICE_S3_SECRET_ACCESS_KEY: 'sluice-on-loopback', SLUICE_CACHE: 'redis', SLUICE_REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  })
  try {
    assert.deepEqual(await server.ready(), { status: 503, missing: ['objects'], degraded: ['cache'] })
    // What needs neither goes on meanwhile.
    assert.equal((await fetch(`${server.url}/api/v1/videos`)).status, 200)
    const redis = await startRedis({ directory: scratch.path, port: redisPort })
    await eventually('the cache is found', async () => (await server.ready()).degraded === undefined)
    const s3 = await startS3({ directory: scratch.path, ports: s3Ports })
    await eventually('the store is found and its buckets are made', async () => (await server.ready()).status === 200)
    await s3.kill()
    // What is encoded and known is served on: no reason to be taken out of rotation.
    await eventually('the store is said to be gone', async () => isDeepStrictEqual(await server.ready(), { status: 200, degraded: ['objects'] }))
    assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^sluice_dependency_up\{dependency="objects"\} 0$/m)
    await redis.stop()
    await eventually('both are said to be gone', async () => isDeepStrictEqual(await server.ready(), { status: 200, degraded: ['objects', 'cache'] }))
  } finally {
    await server.stop()
    await scratch.remove()
  }
})
