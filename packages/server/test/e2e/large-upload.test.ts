/** A 20 GB file goes up through a server that stays small: nothing holds a file in memory. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { startServer } from './start-server.ts'

const sizeBytes = 20 * 10 ** 9
const memoryLimitBytes = 300 * 10 ** 6
/** What has to stay free beside the file that the server writes. */
const spareBytes = 8 * 10 ** 9
const limitMs = 15 * 60_000

function shortOfDisk(): string | false {
  const { bavail, bsize } = statfsSync(tmpdir())
  const free = bavail * bsize
  return free < sizeBytes + spareBytes && `${Math.floor(free / 10 ** 9)} GB are free in ${tmpdir()}, ${(sizeBytes + spareBytes) / 10 ** 9} GB are needed`
}
const notHere = process.platform === 'linux' ? shortOfDisk() : 'the memory of a process is read from /proc'

test('a 20 GB upload keeps the server under 300 MB', { timeout: limitMs, skip: notHere }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-large-'))
  const path = join(folder, 'large.mp4')
  writeFileSync(path, '')
  truncateSync(path, sizeBytes)
  const server = await startServer()
  try {
    const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'large', password: 'correct horse battery' })
    const client = createClient({ baseUrl: server.url, token })
    const source = await fileSource(path)
    const started = Date.now()
    const video = await createUpload(client, source, { concurrency: 4 }).start()
    await source.close?.()
    t.diagnostic(`${Math.round(sizeBytes / 1e6 / ((Date.now() - started) / 1000))} MB/s, server at most ${Math.round(server.peakMemoryBytes() / 1e6)} MB`)
    assert.equal(video.sizeBytes, sizeBytes)
    assert.ok(server.peakMemoryBytes() < memoryLimitBytes, `the server used ${server.peakMemoryBytes()} bytes`)
    // Zeros are no video; but it is the encoder that finds out, after it could read them all.
    const end = await client.videos.untilPlayable(video.id, { signal: AbortSignal.timeout(120_000) })
    assert.equal(end.state, 'failed')
    assert.equal(end.failure?.code, 'not_media')
    assert.ok(server.peakMemoryBytes() < memoryLimitBytes, `the server used ${server.peakMemoryBytes()} bytes`)
  } finally {
    await server.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
})
