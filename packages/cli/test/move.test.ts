/** `sluice admin move`: backup, wipe, restore; what is refused, what an interruption leaves, what a second copy brings. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '@sluice/server/config/read'
import { newId, segmentsKey, sourceKey } from '@sluice/server/domain/keys'
import { tables } from '@sluice/server/domain/tables'
import type { Documents } from '@sluice/server/ports/documents'
import { moveInstallation } from '@sluice/server/roles/admin/move'
import { openDrivers, type Drivers } from '@sluice/server/roles/open-drivers'
import { withHome } from './run-cli.ts'
import { quietLog } from '../../server/test/fixtures/quiet-log.ts'

const settingsOf = (directory: string) => readSettings({ SLUICE_DATA_DIR: directory, SLUICE_CONFIG: '/dev/null' })

async function withDrivers<T>(directory: string, use: (drivers: Drivers) => Promise<T>): Promise<T> {
  const drivers = await openDrivers(settingsOf(directory), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  try {
    return await use(drivers)
  } finally {
    await drivers.close()
  }
}

/** Documents of every kind of table, one that expires, objects of several sizes; more than a page of both. */
const fill = (directory: string) =>
  withDrivers(directory, async ({ documents, objects }) => {
    const videoId = newId()
    for (const [name, { conditional }] of Object.entries(tables)) {
      for (const sk of ['', 'b']) await documents.put(name, `${name}-1`, sk, { name, sk, nested: { b: [1, null], a: 'ü' } }, conditional ? { ifVersion: 'absent' } : {})
    }
    await documents.put('session', 'expires', '', { accountId: 'a' }, { ttlSeconds: 3600 })
    for (let page = 0; page < 12; page++) {
      await documents.batch('due', `many-${page}`, Array.from({ length: 50 }, (_, index) => ({ put: { sk: `k${index}`, value: { index } } })))
    }
    const put = (bucket: 'raw' | 'encoded', key: string, size: number) => objects.put(bucket, key, randomBytes(size), { mediaType: 'video/mp4' })
    await put('raw', sourceKey(videoId, newId()), 17 * 2 ** 20)
    await put('encoded', segmentsKey(videoId, '12345678', 'h264-240p', 0, 'abcdefgh'), 0)
    for (let first = 1; first <= 20; first++) await put('encoded', segmentsKey(videoId, '12345678', 'h264-240p', first, 'abcdefgh'), 1000 * first)
    return videoId
  })

/** All that should outlive a move, as text. */
const contents = (directory: string) =>
  withDrivers(directory, async ({ documents, objects }) => {
    const found: string[] = []
    for (const name of Object.keys(tables).filter((name) => name !== 'claim')) {
      for (const { pk, sk, value } of await scan(documents, name)) if (pk !== 'transfer') found.push(`${name} ${pk} ${sk} ${JSON.stringify(value)}`)
    }
    for (const bucket of ['raw', 'encoded'] as const) {
      for (const { key } of (await objects.list(bucket, '')).items) found.push(`${bucket} ${key} ${Buffer.from(await objects.get(bucket, key)).toString('base64')}`)
    }
    return found.toSorted()
  })

async function scan(documents: Documents, table: string) {
  const found = []
  for (let cursor: string | undefined; ; ) {
    const page = await documents.scan(table, { cursor, limit: 500 })
    found.push(...page.items)
    if (page.cursor === undefined) return found
    cursor = page.cursor
  }
}

test('backup, wipe, restore: everything is there again, and expiry goes on', () =>
  withHome(async ({ run, path }) => {
    const [data, backup] = [join(path, 'data'), join(path, 'backup')]
    await fill(data)
    const before = await contents(data)
    await writeFile(join(path, 'backup.env'), `SLUICE_DATA_DIR=${backup}\n`)
    const move = (...args: string[]) => run(['admin', 'move', ...args], { environment: { SLUICE_DATA_DIR: data } })

    await withDrivers(data, async () => {
      const { code, stderr } = await move('--to', 'backup.env')
      assert.deepEqual([code, /is in use by another sluice process/.test(stderr)], [1, true], stderr)
    })
    const made = await move('--to', 'backup.env', '--json')
    assert.equal(made.code, 0, made.stderr)
    const report = JSON.parse(made.stdout)
    assert.deepEqual([report.objects.count, report.objects.copied, report.tables.due.count], [22, 22, 602])
    assert.match(report.tables.video.sha256, /^[0-9a-f]{64}$/)
    const repeated = await move('--to', 'backup.env')
    assert.deepEqual([repeated.code, /--again brings it up to date/.test(repeated.stderr)], [1, true], repeated.stderr)

    await rm(data, { recursive: true })
    const restored = await move('--from', 'backup.env')
    assert.equal(restored.code, 0, restored.stderr)
    assert.match(restored.stdout, /^\d+ documents and 22 objects \(\S+ MB\) are the same on both sides; 22 objects were copied\.$/m)
    assert.match(restored.stderr, /^documents \(/m)
    assert.deepEqual(await contents(data), before)
    const expiring = await withDrivers(data, async ({ documents }) => (await scan(documents, 'session')).find(({ pk }) => pk === 'expires')?.ttlSeconds)
    assert.ok(expiring! > 0 && expiring! <= 3600, String(expiring))
  }))

test('what was interrupted goes on; --again makes the copy what the source is now', () =>
  withHome(async ({ path }) => {
    const [data, backup] = [join(path, 'data'), join(path, 'backup')]
    const videoId = await fill(data)
    const move = (more: { again?: boolean; trustSizes?: boolean; signal?: AbortSignal; onProgress?: (done: number) => void } = {}) =>
      moveInstallation({ from: settingsOf(data), to: settingsOf(backup), again: false, trustSizes: false, signal: new AbortController().signal, ...more, onProgress: ({ done }) => more.onProgress?.(done) })
    const stop = new AbortController()
    await assert.rejects(move({ signal: stop.signal, onProgress: (done) => void (done === 10 && stop.abort(new Error('a power cut'))) }), /a power cut/)
    const resumed = await move()
    assert.ok(resumed.objects.copied < 22 && resumed.objects.count === 22, `${resumed.objects.copied} were copied again`)
    assert.deepEqual(await contents(backup), await contents(data))

    // What rots keeps its size.
    const rotten = segmentsKey(videoId, '12345678', 'h264-240p', 3, 'abcdefgh')
    await withDrivers(backup, async ({ objects, documents }) => {
      await objects.put('encoded', rotten, randomBytes(3000), { mediaType: 'video/mp4' })
      await objects.put('encoded', segmentsKey(newId(), '12345678', 'h264-240p', 3, 'abcdefgh'), randomBytes(9), { mediaType: 'video/mp4' })
      await documents.put('due', 'only-here', 'x', {})
    })
    await withDrivers(data, async ({ documents }) => {
      await documents.put('due', 'many-1', 'k1', { changed: true })
      await documents.delete('due', 'many-2', 'k2')
    })
    await assert.rejects(move(), { name: 'TransferRefused' })
    assert.equal((await move({ again: true, trustSizes: true })).objects.removed, 1)
    assert.equal((await move({ again: true })).objects.copied, 1)
    assert.deepEqual(await contents(backup), await contents(data))
  }))

test('a source whose store is not there, or that is a wrong one, takes nothing away from its copy', () =>
  withHome(async ({ path }) => {
    const [data, backup] = [join(path, 'data'), join(path, 'backup')]
    const videoId = await fill(data)
    const move = () => moveInstallation({ from: settingsOf(data), to: settingsOf(backup), again: true, trustSizes: true, signal: new AbortController().signal, onProgress() {} })
    await withDrivers(data, ({ documents }) => documents.put('video', videoId, '', { id: videoId, state: 'ready' }, { ifVersion: 'absent' }))
    await move()
    const before = await contents(backup)

    await rename(join(data, 'objects'), join(path, 'unmounted'))
    await assert.rejects(move(), { name: 'TransferRefused', message: /nothing of it in its bucket raw/ })
    await rm(join(data, 'objects'), { recursive: true })
    await mkdir(join(data, 'objects'))
    await rename(join(path, 'unmounted', 'raw'), join(data, 'objects', 'raw'))
    await assert.rejects(move(), { name: 'TransferRefused', message: /nothing of it in its bucket encoded/ })

    await rename(data, join(path, 'moved'))
    await withDrivers(data, async () => {})
    await assert.rejects(move(), { name: 'TransferRefused', message: /neither accounts nor videos/ })
    assert.deepEqual(await contents(backup), before)
  }))

test('an installation of its own is never written over; one place is no destination for itself', () =>
  withHome(async ({ run, path }) => {
    const [data, other] = [join(path, 'data'), join(path, 'other')]
    await fill(data)
    await fill(other)
    const before = await contents(other)
    const move = (to: string) => moveInstallation({ from: settingsOf(data), to: settingsOf(to), again: true, trustSizes: false, signal: new AbortController().signal, onProgress() {} })
    await assert.rejects(move(other), { name: 'TransferRefused', message: /is an installation of its own/ })
    assert.deepEqual(await contents(other), before)
    await assert.rejects(move(data), { name: 'BadSettings', message: /in the same place/ })
    for (const args of [[], ['--to', 'x', 'y']]) assert.equal((await run(['admin', 'move', ...args])).code, 2)
    assert.equal((await run(['admin', 'move', '--to', 'absent.env'])).code, 1)
  }))
