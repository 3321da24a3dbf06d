/** `sluice admin`: what is shown, what changes, beside a server that runs and without one. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '@sluice/server/config/read'
import { newId, segmentsKey, sourceKey } from '@sluice/server/domain/keys'
import { taskOf } from '@sluice/server/domain/messages'
import type { Video } from '@sluice/server/domain/video'
import { createUpload } from '@sluice/server/records/upload'
import { createVideo, readVideo } from '@sluice/server/records/video'
import { openDrivers, type Drivers } from '@sluice/server/roles/open-drivers'
import { withHome, type Home } from './run-cli.ts'
import { quietLog } from '../../server/test/fixtures/quiet-log.ts'

const day = 86_400_000

/** An installation in the home's `data`, with its drivers open as a server's are. */
async function withInstallation(use: (home: Home, drivers: Drivers, admin: (...args: string[]) => ReturnType<Home['run']>) => Promise<void>): Promise<void> {
  await withHome(async (home) => {
    const environment = { SLUICE_DATA_DIR: join(home.path, 'data') }
    const drivers = await openDrivers(readSettings({ ...environment, SLUICE_CONFIG: '/dev/null' }), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
    try {
      await use(home, drivers, (...args) => home.run(['admin', ...args], { environment }))
    } finally {
      // A test may have stopped its server already.
      await drivers.close().catch(() => undefined)
    }
  })
}

async function addVideo({ documents }: Drivers, changes: Partial<Video> = {}): Promise<Video> {
  const [id, uploadId] = [newId(), newId()]
  const source = { key: sourceKey(id, uploadId), fileName: 'a.mp4', sizeBytes: 6 }
  const video: Video = { id, accountId: newId(), title: 'A clip', description: '', visibility: 'public', state: 'inspecting', warnings: [], createdAt: Date.now(), uploadId, source, progress: 0, completeRenditions: [], ...changes }
  await createVideo(documents, video)
  return video
}

/** Buries a task of the video; what waits before it is done with. */
async function bury({ queue }: Drivers, videoId: string): Promise<void> {
  for (let before; (before = await queue.take({ priorities: [1], leaseSeconds: 30, waitSeconds: 0 })); ) await before.ack()
  await queue.enqueue(taskOf({ kind: 'inspect', videoId }))
  await (await queue.take({ priorities: [1], leaseSeconds: 30, waitSeconds: 0 }))!.bury('the workers \u001b[31mdied')
}

test('queue: depth by priority, work in hand, dead letters, while the server has the stores open', () =>
  withInstallation(async (_home, drivers, admin) => {
    const { id } = await addVideo(drivers)
    await bury(drivers, id)
    await drivers.queue.enqueue(taskOf({ kind: 'segment', videoId: id, revision: '12345678', renditionId: 'h264-720p', number: 3 }))
    await drivers.queue.enqueue(taskOf({ kind: 'sweep', videoId: id }))
    await drivers.queue.take({ priorities: [3], leaseSeconds: 300, waitSeconds: 0 })
    await drivers.documents.put('claim', id, JSON.stringify({ kind: 'chunk', videoId: id, chunk: 7 }), {}, { ifVersion: 'absent', ttlSeconds: 300 })
    const { code, stdout, stderr } = await admin('queue', '--json')
    assert.deepEqual([code, stderr], [0, ''])
    const report = JSON.parse(stdout)
    assert.deepEqual(report.depth.map(({ ready, leased }: { ready: number; leased: number }) => [ready, leased]), [[1, 0], [0, 0], [0, 0], [0, 1]])
    assert.deepEqual(report.inWork, [{ videoId: id, task: { kind: 'chunk', videoId: id, chunk: 7 } }])
    assert.deepEqual(report.deadLetters.map(({ videoId, attempts, body }: Record<string, unknown>) => [videoId, attempts, body]), [[id, 1, { kind: 'inspect', videoId: id }]])
    const table = (await admin('queue')).stdout
    assert.match(table, /^0 a viewer waits +1 +0 +0 +0:\d\d$/m)
    assert.match(table, new RegExp(`^chunk 7 +${id}$`, 'm'))
    assert.match(table, new RegExp(`^inspect +${id} +1 +\\S+ +the workers .\\[31mdied$`, 'm'))
    assert.ok(!table.includes('\u001b'), 'what others wrote moves no cursor')
  }))

test('retry: a failed video by its id, or everything that was given up', () =>
  withInstallation(async (_home, drivers, admin) => {
    const failed = { state: 'failed', failure: { code: 'encode_failed', message: 'It could not be encoded.' } } as const
    const [one, two, fine] = [await addVideo(drivers, failed), await addVideo(drivers, failed), await addVideo(drivers)]
    const first = await admin('retry', one.id, 'nonsense', fine.id)
    assert.equal(first.code, 1)
    assert.equal(first.stdout, `A clip (${one.id}): tried again\n`)
    assert.match(first.stderr, /^nonsense: There is no video nonsense\n.*: .+\n$/s)
    const state = async ({ id }: Video) => (await readVideo(drivers.documents, id))!.value.state
    assert.deepEqual([await state(one), await state(two), await state(fine)], ['inspecting', 'failed', 'inspecting'])

    for (const id of [two.id, fine.id, newId()]) await bury(drivers, id)
    const before = await drivers.queue.depth()
    const { code, stdout } = await admin('retry', '--all-dead', '--json')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout).letters.map(({ outcome }: { outcome: string }) => outcome).toSorted(), ['queued', 'video gone', 'video retried'])
    assert.deepEqual(await drivers.queue.deadLetters(10), [])
    assert.equal(await state(two), 'inspecting')
    assert.equal((await drivers.queue.depth())[1]!.ready, before[1]!.ready + 2)
    assert.equal((await admin('retry', '--all-dead')).stdout, 'No dead letters.\n')
  }))

test('sweep: shows first, removes when told, and not while the server has the directory', () =>
  withInstallation(async (home, drivers, admin) => {
    const video = await addVideo(drivers, { state: 'ready', revision: '12345678' })
    const put = (bucket: 'raw' | 'encoded', key: string) => drivers.objects.put(bucket, key, Buffer.from('bytes!'), { mediaType: 'video/mp4' })
    const lost = { raw: sourceKey(newId(), newId()), encoded: segmentsKey(newId(), '12345678', 'h264-240p', 0, 'abcdefgh') }
    for (const key of [video.source.key, lost.raw]) await put('raw', key)
    await put('encoded', lost.encoded)
    const open = async (state: 'open' | 'aborted', withDocument: boolean) => {
      const [id, videoId] = [newId(), newId()]
      const key = sourceKey(videoId, id)
      const storeUploadId = await drivers.objects.createUpload('raw', key, { sizeBytes: 10, partSizeBytes: 10, mediaType: 'video/mp4' })
      const now = Date.now()
      if (withDocument) await createUpload(drivers.documents, { id, videoId, accountId: newId(), state, key, storeUploadId, fileName: 'a', mediaType: 'video/mp4', sizeBytes: 10, partSizeBytes: 10, partCount: 1, createdAt: now, expiresAt: now + day })
      return key
    }
    const kept = await open('open', true)
    const ownerless = [await open('aborted', true), await open('open', false)]

    const busy = await admin('sweep')
    assert.deepEqual([busy.code, /is in use by another sluice process/.test(busy.stderr)], [1, true])
    await drivers.close()
    const expected = [`object encoded ${lost.encoded}`, `object raw ${lost.raw}`, ...ownerless.map((key) => `upload raw ${key}`)].toSorted()
    const listed = (stdout: string) => stdout.split('\n').filter((line) => /^(object|upload) /.test(line)).toSorted()
    assert.deepEqual(listed((await admin('sweep')).stdout), [], 'within the grace nothing is lost')
    const dry = await admin('sweep', '--grace', '0')
    assert.deepEqual([dry.code, listed(dry.stdout)], [0, expected])
    assert.match(dry.stdout, /^2 objects and 2 uploads without an owner\. Nothing was removed: --remove does\.$/m)
    assert.equal(JSON.parse((await admin('sweep', '--grace', '0', '--json')).stdout).found.length, 4, 'the first one removed nothing')
    assert.match((await admin('sweep', '--grace', '0', '--remove')).stdout, /^2 objects and 2 uploads without an owner removed\.$/m)
    assert.equal((await admin('sweep', '--grace', '0')).stdout, '0 objects and 0 uploads without an owner.\n')

    const again = await openDrivers(readSettings({ SLUICE_DATA_DIR: join(home.path, 'data'), SLUICE_CONFIG: '/dev/null' }), { log: quietLog, ownUrl: () => '' })
    assert.ok(await again.objects.head('raw', video.source.key))
    assert.deepEqual((await again.objects.listUploads('raw')).items.map(({ key }) => key), [kept])
    await again.documents.delete('video', video.id, '')
    await again.close()
    const foreign = await admin('sweep', '--grace', '0', '--remove')
    assert.deepEqual([foreign.code, /name no video at all/.test(foreign.stderr)], [1, true], 'objects of another installation’s documents stay')
  }))

test('keys: listed without secrets; rotate makes the next one, once', () =>
  withInstallation(async (_home, drivers, admin) => {
    assert.match((await admin('keys')).stdout, /^No keys yet/)
    await admin('keys', 'rotate')
    const { stdout } = await admin('keys', 'rotate', '--json')
    const [first, second, ...more] = JSON.parse(stdout).keys
    assert.deepEqual([first.kid, first.state, second.kid, second.state, more], ['k1', 'active', 'k2', 'next', []])
    assert.equal(JSON.parse((await admin('keys', 'rotate', '--json')).stdout).keys.length, 2, 'while one waits no other is made')
    const secrets = (await drivers.documents.range<{ secret: string }>('signingKey', 'playback')).items.map(({ value }) => value.secret)
    assert.equal(secrets.length, 2)
    assert.ok(secrets.every((secret) => !stdout.includes(secret)))
  }))

test('what is called wrongly ends with 2; a folder without an installation stays empty', () =>
  withHome(async ({ run }) => {
    for (const args of [[], ['quee'], ['queue', 'x'], ['retry'], ['retry', 'id', '--all-dead'], ['sweep', '--grace', 'soon'], ['keys', 'remove'], ['migrate', 'x']]) {
      const { code, stderr } = await run(['admin', ...args])
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, /Usage: sluice admin|--grace is/)
    }
    for (const word of ['queue', 'sweep', 'keys']) {
      const { code, stderr } = await run(['admin', word])
      assert.deepEqual([code, /^There is no installation in /.test(stderr)], [1, true], stderr)
    }
    assert.match((await run(['help', 'admin'])).stdout, /^sluice admin sweep \[--remove\]/m)
    assert.equal((await run(['admin', 'migrate', '--json'])).stdout, '{\n  "made": []\n}\n')
  }))
