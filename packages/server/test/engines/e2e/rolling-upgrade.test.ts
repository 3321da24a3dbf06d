/** An installation of an earlier version is upgraded process by process, while clips are uploaded, encoded and watched: nobody notices. */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { startViewers } from '../../chaos/viewers.ts'
import { readSettings } from '../../../src/config/read.ts'
import { migrate } from '../../../src/roles/migrate.ts'
import { openDrivers } from '../../../src/roles/open-drivers.ts'
import { eventually } from '../../contract/eventually.ts'
import { scratchDirectory } from '../../contract/scratch-directory.ts'
import { generateClip } from '../../e2e/clips.ts'
import { checkPlayed } from '../../fixtures/check-played.ts'
import { checkOut, formerCommit } from '../../fixtures/former-version.ts'
import { quietLog } from '../../fixtures/quiet-log.ts'
import { startInstallation } from './start-installation.ts'

const ours = resolve(import.meta.dirname, '../../../../..')
const former = formerCommit()
const roles = ['encoder', 'encoder', 'edge', 'edge', 'api', 'api']
/** Each kind is old and new at once for a while, and new processes of one kind work with old ones of the others. */
const order = [0, 2, 4, 1, 3, 5]

test('old and new processes work together', { timeout: 900_000, skip: !former && 'the history of this clone does not reach back to an earlier version' }, async (t) => {
  const scratch = await scratchDirectory()
  t.after(() => scratch.remove())
  const checkout = checkOut(former!, scratch.path)
  t.diagnostic(`from ${former}`)
  const installation = await startInstallation(roles, { SLUICE_TEST_FAST_DUE: 'true', SLUICE_ENCODER_PRESET: 'ultrafast' }, checkout)
  t.after(() => installation.dispose())
  const { url, front, settings, processes } = installation
  const drivers = await openDrivers(readSettings(settings), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  t.after(() => drivers.close())
  const printed = () => processes.map(({ roles: role, server }) => `${role}: ${server.output().slice(-3000)}`).join('\n')

  const { token } = await createClient({ baseUrl: url }).accounts.create({ handle: 'upgrade', password: 'correct horse battery' })
  const client = createClient({ baseUrl: url, token })
  const uploaded: string[] = []
  const ready: string[] = []
  async function upload(): Promise<void> {
    const count = uploaded.length
    const source = await fileSource(generateClip(`${scratch.path}/clip-${count}.mp4`, { seconds: 3, seed: count, size: '320x180' }))
    const { id } = await createUpload(client, source, { title: `upload ${count}`, visibility: 'public' }).start()
    uploaded.push(id)
    await source.close?.()
  }
  const untilReady = (id: string) =>
    eventually(`${id} is ready`, async () => {
      const video = await client.videos.get(id)
      assert.notEqual(video.state, 'failed', `${JSON.stringify(video.failure)}\n${printed()}`)
      return video.state === 'ready' && !ready.includes(id) && ready.push(id) > 0
    }, 180)

  await upload()
  await untilReady(uploaded[0]!)
  const viewers = startViewers(client, { count: 2, seed: 1, videoIds: () => ready })
  let upgrading = true
  const uploading = (async () => {
    for (; upgrading; await pause(500)) await upload()
  })()
  // Awaited below; until then a rejection is nobody's.
  uploading.catch(() => undefined)
  try {
    await migrate(readSettings(settings))
    for (const at of order) {
      const before = uploaded.length
      const { server, roles: role } = processes[at]!
      await installation.without(server, async () => {
        assert.equal(await server.stop(), 0, `the ${role} did not end in order:\n${server.output()}`)
        await server.restart(ours)
      })
      await Promise.race([uploading, eventually('a whole upload meanwhile', () => uploaded.length > before + 1, 120)])
    }
    upgrading = false
    await uploading
    for (const id of uploaded.slice(1)) await untilReady(id)
  } finally {
    upgrading = false
    await viewers.stop()
  }
  t.diagnostic(`${uploaded.length} uploads, ${viewers.figures.watched} videos watched with ${viewers.figures.requests} requests, ${viewers.figures.repeated} repeated`)

  assert.deepEqual(viewers.errors.map(({ what }) => what), [], printed())
  assert.deepEqual(viewers.changed, [])
  assert.deepEqual(front.failures, [], 'answered while a process ended or started')
  const listed: string[] = []
  for await (const video of client.videos.each({ channel: 'me' })) listed.push(video.id)
  assert.deepEqual(listed.toSorted(), uploaded.toSorted(), 'every upload is one video')
  for (const id of [uploaded[0]!, uploaded.at(-1)!]) await checkPlayed(await client.videos.play(id))
  assert.deepEqual(await drivers.queue.deadLetters(100), [])
})
