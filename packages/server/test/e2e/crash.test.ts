/** Uploads while the server is killed and started again at random moments: all become ready, none is lost, nothing is left over. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Video } from '@sluice/contract'
import { createClient, createUpload, type Client } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { generateClip } from './clips.ts'
import { findLeftovers } from './leftovers.ts'
import { seededRandom } from './seeded-random.ts'
import { startServer, type Server } from './start-server.ts'

const uploadCount = 20
const atOnce = 4
const kills = 10
const limitMs = 600_000
const settings = { SLUICE_TEST_FAST_DUE: 'true', SLUICE_ENCODER_PRESET: 'ultrafast', SLUICE_MAX_OPEN_UPLOADS: '100', SLUICE_LOG_LEVEL: 'error' }

const folder = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
let server: Server | undefined
after(async () => {
  await server?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

test(`${uploadCount} uploads survive ${kills} kills`, { timeout: limitMs }, async (t) => {
  const seed = Number(process.env['SLUICE_TEST_SEED'] ?? Date.now() % 1_000_000)
  t.diagnostic(`seed ${seed}`)
  const random = seededRandom(seed)
  const clips = Array.from({ length: uploadCount }, (_, index) => makeClip(index))
  server = await startServer(settings)
  const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'crash', password: 'correct horse battery' })
  const client = createClient({ baseUrl: server.url, token })

  let uploading = true
  const killing = killAtRandom(server, random, () => uploading)
  const videos = await inLanes(clips, atOnce, (clip) => uploadThroughCrashes(client, clip))
  uploading = false
  await killing

  const done = await untilAllEnded(client, videos.map(({ id }) => id))
  assert.deepEqual(done.filter(({ state }) => state !== 'ready').map(({ id, state, failure }) => ({ id, state, failure })), [], `seed ${seed}\n${server.output()}`)
  assert.equal(new Set(done.map(({ id }) => id)).size, uploadCount)
  assert.deepEqual(done.map(({ sizeBytes }) => sizeBytes), clips.map((clip) => statSync(clip).size))
  const listed: string[] = []
  for await (const video of client.videos.each({ channel: 'me' })) listed.push(video.id)
  assert.deepEqual(listed.toSorted(), done.map(({ id }) => id).toSorted(), 'every upload became exactly one video')

  await server.stop()
  const dataDir = join(server.dataDir, 'data')
  const leftovers = await findLeftovers({ SLUICE_DATA_DIR: dataDir }, listed, async () => readdirSync(join(dataDir, 'objects', 'uploads')))
  assert.deepEqual(leftovers, { orphans: [], broken: [], uploads: [] }, `seed ${seed}`)
})

/** Every fifth is of several parts, so that kills fall into the middle of an upload. */
function makeClip(index: number): string {
  const large = index % 5 === 0
  return generateClip(join(folder, `clip-${index}.mp4`), { seconds: 2 + (index % 4), seed: index, size: large ? '640x360' : '426x240', bitsPerSecond: large ? 60_000_000 : undefined })
}

/** Half of the kills while files come in, the others while they are encoded. */
async function killAtRandom(target: Server, random: () => number, uploading: () => boolean): Promise<void> {
  for (let count = 0; count < kills; count++) {
    await wait((uploading() ? 200 : 500) + random() * (uploading() ? 1500 : 4000))
    await target.kill()
    await wait(random() * 500)
    await target.restart()
  }
}

/** As a patient client: whatever failed is begun again from where it stood. */
async function uploadThroughCrashes(client: Client, path: string): Promise<Video> {
  const source = await fileSource(path)
  try {
    const upload = createUpload(client, source, { concurrency: 3, backoffBaseMs: 100, title: path.split('/').at(-1) })
    for (let tries = 1; ; tries++) {
      try {
        return await upload.start()
      } catch (error) {
        if (tries >= 50) throw error
        await wait(200)
      }
    }
  } finally {
    await source.close?.()
  }
}

async function untilAllEnded(client: Client, ids: string[]): Promise<Video[]> {
  return inLanes(ids, 4, async (id) => {
    for (;;) {
      const video = await client.videos.get(id)
      if (video.state === 'ready' || video.state === 'failed') return video
      await wait(500)
    }
  })
}

/** The results in the order of the items, `width` at a time. */
async function inLanes<Item, Result>(items: Item[], width: number, work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}
