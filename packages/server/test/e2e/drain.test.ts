/** SIGTERM in the middle of a chunk: the process ends in order, and the chunk is free at once for whoever comes next. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import { eventually } from '../contract/eventually.ts'
import { generateClip } from './clips.ts'
import { startServer } from './start-server.ts'

const bulk = 2

test('a chunk in work is given back, not left to its lease', { timeout: 600_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-drain-'))
  const server = await startServer({ SLUICE_ENCODER_PRESET: 'medium' })
  t.after(async () => {
    await server.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'drain', password: 'correct horse battery' })
  const client = createClient({ baseUrl: server.url, token })
  const source = await fileSource(generateClip(join(folder, 'clip.mp4'), { seconds: 60, size: '1280x720' }))
  const { id } = await createUpload(client, source).start()
  await source.close?.()
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text()
  await eventually('a chunk is in work', async () => (await client.videos.get(id)).state === 'playable' && /sluice_queue_tasks\{priority="2",state="leased"\} [1-9]/.test(await metrics()), 120)

  assert.equal(await server.stop(), 0, server.output())
  const queue = await openSqliteQueue({ path: join(server.dataDir, 'data', 'queue.sqlite') })
  const depth = await queue.depth().finally(() => queue.close())
  assert.deepEqual(depth.map(({ leased }) => leased).filter((leased) => leased > 0), [], JSON.stringify(depth))
  assert.ok(depth.find(({ priority }) => priority === bulk)!.ready > 0, JSON.stringify(depth))
})
