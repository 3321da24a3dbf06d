/** Memory that only passes through: lent, given back, lent again; and never while somebody still reads from it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDisk } from '../../src/stream/cache/disk.ts'
import { Ghosts } from '../../src/stream/cache/ghosts.ts'
import { lendBuffers } from '../../src/stream/cache/lent-buffers.ts'
import { openTiers } from '../../src/stream/cache/tiers.ts'
import { quietLog } from '../fixtures/quiet-log.ts'
import { eventually } from './eventually.ts'

test('a buffer is lent again when it was given back, and kept up to the limit', () => {
  const buffers = lendBuffers(3 * 65_536)
  const first = buffers.take(1000)
  assert.equal(first.length, 65_536)
  assert.notEqual(buffers.take(1000), first)
  buffers.giveBack(first)
  assert.equal(buffers.take(65_536), first)
  const large = buffers.take(65_537)
  assert.equal(large.length, 131_072)
  buffers.giveBack(large)
  buffers.giveBack(first)
  buffers.giveBack(Buffer.alloc(65_536))
  assert.equal(buffers.take(70_000), large)
  assert.equal(buffers.take(10), first)
})

test('ghosts stand for as many bytes as the limit, the newest', () => {
  const ghosts = new Ghosts(100)
  for (const name of ['a', 'b', 'c', 'a', 'd']) ghosts.remember(name, 30)
  assert.deepEqual(['a', 'b', 'c', 'd'].map((name) => ghosts.has(name)), [true, false, true, true])
  ghosts.remember('huge', 101)
  assert.equal(ghosts.has('huge'), false)
})

test('what comes from disk passes through; what comes again soon gets a place in memory', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-lent-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const disk = await openDisk({ dir, limitBytes: 10 ** 7, log: quietLog })
  const tiers = openTiers({ memoryBytes: 500_000, disk })
  const bodies = Array.from({ length: 20 }, () => randomBytes(50_000))
  for (const [n, body] of bodies.entries()) {
    disk.offer(`${n}`, { body, etag: '"e"', mediaType: 'video/mp4', cacheControl: 'public', storedAt: 5 })
    await eventually(() => disk.has(`${n}`))
  }
  const origin = () => Promise.reject(new Error('asked the origin'))
  const found = await tiers.find('0', origin)
  assert.equal(found.from, 'disk')
  assert.equal(tiers.get('0'), undefined, 'it passed through')
  const beside = await tiers.find('1', origin)
  assert.deepEqual([found.content.body, beside.content.body], [bodies[0], bodies[1]], 'one is not written over by the other')
  found.release!()
  const next = await tiers.find('2', origin)
  assert.equal(next.content.body.buffer, found.content.body.buffer, 'memory that was given back is used again')
  assert.deepEqual(next.content.body, bodies[2])
  assert.equal((await tiers.find('0', origin)).release, undefined, 'memory of its own')
  assert.deepEqual(tiers.get('0')!.body, bodies[0])
  for (let n = 3; n < 20; n++) await tiers.find(`${n}`, origin)
  await tiers.find('1', origin)
  assert.equal(tiers.get('1'), undefined, 'too long ago')
  await tiers.close()
})
