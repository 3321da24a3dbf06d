/** Run by the full-disk test on a small disk of its own: fills it under the drivers, and makes room again. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import { sendProblem } from '../../src/http/problem.ts'

const dir = process.argv[2]!
const documents = await openSqliteDocuments({ path: join(dir, 'documents.sqlite') })
const queue = await openSqliteQueue({ path: join(dir, 'queue.sqlite') })
const { objects } = await openDirectoryObjects({ dir: join(dir, 'objects'), secret: 'of this test', readBaseUrl: () => '', sendProblem })
const value = 'x'.repeat(100_000)
const put = (name: string) => documents.put('video', name, '', value, { ifVersion: 'absent' })
const enqueue = () => queue.enqueue({ body: value.slice(0, 50_000), priority: 2, videoId: '0123456789abcdef' })
const store = (key: string) => objects.put('encoded', key, Buffer.alloc(2 ** 20, 7), { mediaType: 'video/mp4' })

await put('before')
await enqueue()
await store('v/before')
const filler = join(dir, 'filler')
assert.throws(() => writeFileSync(filler, Buffer.alloc(64 * 2 ** 20)), { code: 'ENOSPC' })

await assert.rejects(store('v/during'), DriverUnavailable)
// What is there of their journals may hold a few more; then they refuse.
await assert.rejects(Promise.all(Array.from({ length: 100 }, (_, index) => put(`during ${index}`))), DriverUnavailable)
await assert.rejects(Promise.all(Array.from({ length: 200 }, enqueue)), DriverUnavailable)
assert.equal((await documents.get('video', 'before'))!.value, value)
assert.equal((await objects.get('encoded', 'v/before')).length, 2 ** 20)
assert.equal(await objects.head('encoded', 'v/during'), undefined)

rmSync(filler)
await put('after')
await enqueue()
await store('v/during')
assert.equal((await documents.get('video', 'after'))!.value, value)
assert.ok(await queue.take({ priorities: [2], leaseSeconds: 30, waitSeconds: 0 }))
await Promise.all([documents.close(), queue.close(), objects.close()])
process.stdout.write('recovered\n')
