/** The disk tier on a real directory: kept over restarts, under its limit, never a torn byte, never in the way. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import type { Log } from '../../src/base/log.ts'
import { openDisk, type DiskTier } from '../../src/stream/cache/disk.ts'
import { eventually } from './eventually.ts'
import { makeVideo, startEdge } from './start-edge.ts'

const logged: string[] = []
const log: Log = { debug() {}, info() {}, warn: (_fields, message) => void logged.push(message), error() {}, child: () => log }

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-disk-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}
const body = (bytes = 10_000) => ({ body: randomBytes(bytes), etag: '"e"', mediaType: 'video/mp4', cacheControl: 'public', storedAt: 5 })
const filesOf = async (dir: string): Promise<string[]> => (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

async function kept(disk: DiskTier, name: string, content = body()) {
  disk.offer(name, content)
  await eventually(() => disk.has(name))
  return content
}

test('what was kept is there after a restart, in its order, under a smaller limit too', async (t) => {
  const dir = await directory(t)
  const first = await openDisk({ dir, limitBytes: 10 ** 6, log })
  const contents = []
  for (let i = 0; i < 20; i++) contents.push(await kept(first, `name ${i}`))
  await first.close()
  await writeFile(join(dir, 'aa.draft'), 'left by a crash')
  const again = await openDisk({ dir, limitBytes: 200_000, log })
  await again.scanned
  assert.ok(again.sizeBytes() <= 200_000)
  assert.equal(await again.read('name 0'), undefined)
  const { body: bytes, ...rest } = (await again.read('name 19'))!
  assert.deepEqual(bytes, contents[19]!.body)
  assert.deepEqual([rest.etag, rest.mediaType, rest.cacheControl, rest.storedAt], ['"e"', 'video/mp4', 'public', 5])
  await eventually(async () => (await filesOf(dir)).filter((path) => !path.endsWith('.draft')).length === 14)
  await again.close()
})

test('torn, changed, foreign and vanished files are never served', async (t) => {
  const dir = await directory(t)
  const disk = await openDisk({ dir, limitBytes: 10 ** 6, log })
  const damage: [string, (path: string) => Promise<void>][] = [
    ['short', (path) => truncate(path, 5000)],
    ['empty', (path) => truncate(path, 0)],
    ['changed', async (path) => {
      const bytes = await readFile(path)
      bytes[bytes.length - 100]! ^= 1
      await writeFile(path, bytes)
    }],
    ['gone', (path) => rm(path)],
  ]
  for (const [name, harm] of damage) {
    const before = new Set(await filesOf(dir))
    await kept(disk, name)
    await harm((await filesOf(dir)).find((path) => !before.has(path))!)
    assert.equal(await disk.read(name), undefined, name)
    assert.equal(disk.has(name), false)
  }
  await kept(disk, 'whole')
  const path = (await filesOf(dir))[0]!
  await disk.close()
  await truncate(path, 5000)
  await writeFile(join(path, '../foreign'), 'not ours')
  const again = await openDisk({ dir, limitBytes: 10 ** 6, log })
  await again.scanned
  assert.equal(again.has('whole'), false)
  assert.deepEqual(await filesOf(dir), [])
})

test('a disk that fails is said once and costs hits alone', async (t) => {
  const dir = join(await directory(t), 'cache')
  const disk = await openDisk({ dir, limitBytes: 10 ** 6, log })
  await kept(disk, 'kept')
  await rm(dir, { recursive: true })
  await writeFile(dir, 'in the way')
  for (let i = 0; i < 5; i++) disk.offer(`name ${i}`, body())
  await disk.close()
  assert.equal(await disk.read('kept'), undefined)
  assert.equal(logged.filter((line) => line.includes('disk cache failed')).length, 1)
})

test('full, it keeps what memory was asked for twice, and lets go of the rest', async (t) => {
  const disk = await openDisk({ dir: await directory(t), limitBytes: 200_000, log })
  for (let i = 0; i < 14; i++) await kept(disk, `old ${i}`)
  disk.offer('once', body())
  disk.leaveMemory('once', body(), false)
  disk.leaveMemory('twice', body(), true)
  await eventually(() => disk.has('twice'))
  assert.equal(disk.has('once'), false)
  disk.offer('once', body())
  await eventually(() => disk.has('once'))
  await disk.close()
})

test('the edge: memory, then disk, then storage; storage away, and after a restart, what is on disk plays', async (t) => {
  const dir = await directory(t)
  const stage = await startEdge(t, { memoryBytes: 200_000, disk: await openDisk({ dir, limitBytes: 10 ** 7, log }) })
  const video = await makeVideo(stage)
  const base = stage.base(video.plan)
  const paths = ['m1/master.m3u8', 'm1/manifest.mpd', 'h264-240p/init.mp4', ...Array.from({ length: 16 }, (_, n) => `h264-240p/${n}.m4s`)]
  const bodies = new Map<string, Buffer>()
  for (const path of paths) bodies.set(path, Buffer.from(await (await fetch(base + path)).arrayBuffer()))
  await eventually(async () => (await filesOf(dir)).filter((path) => !path.endsWith('.draft')).length >= paths.length)
  stage.faults.objects = new DriverUnavailable('down')
  const statuses = new Set<string | null>()
  for (const path of paths) {
    const answer = await fetch(base + path)
    assert.equal(answer.status, 200, path)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bodies.get(path))
    statuses.add(answer.headers.get('cache-status'))
  }
  assert.ok(statuses.has('sluice; hit; detail=disk'))
  const part = await fetch(`${base}h264-240p/0.m4s`, { headers: { range: 'bytes=10-19' } })
  assert.equal(part.status, 206)
  assert.match(part.headers.get('server-timing')!, /^cache;desc=(disk|memory)/)
})
