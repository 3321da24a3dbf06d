/** Nothing is lost while parts of an installation die: clips are uploaded, encoded and watched meanwhile, and all promises hold at the end. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Video } from '@sluice/contract'
import { createClient, type Client } from '@sluice/sdk'
import { readSettings } from '../../src/config/read.ts'
import { openDrivers, type Drivers } from '../../src/roles/open-drivers.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { findLeftovers } from '../e2e/leftovers.ts'
import { inflict, type Inflicted } from './inflict.ts'
import { describeStep, planFaults } from './schedule.ts'
import { startCluster, type Cluster } from './start-cluster.ts'
import { makeClips, uploadThroughFaults, type Acknowledged } from './upload-clips.ts'
import { startViewers, type Viewers } from './viewers.ts'
import { quietLog } from '../fixtures/quiet-log.ts'

/** Without a seed the small run of every change; with one 200 uploads and 50 kills on three nodes of Cassandra and NATS. */
const isSmall = process.env['CHAOS_SEED'] === undefined
const asked = (name: string, fallback: number): number => Number(process.env[`CHAOS_${name}`] ?? fallback)
const [seed, uploads, kills, nodes] = [asked('SEED', 1), asked('UPLOADS', isSmall ? 20 : 200), asked('KILLS', isSmall ? 10 : 50), asked('NODES', isSmall ? 1 : 3)]
/** Encoded before the first fault, for viewers to watch. */
const encodedBefore = 2
const lanes = 4
const [endSeconds, drainSeconds] = [900, 900]

const log = (line: string): void => console.log(line)

describe(`chaos, seed ${seed}`, () => {
  const steps = planFaults(seed, { kills, nodes })
  const acknowledged: Acknowledged[] = []
  const ready = new Set<string>()
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let cluster: Cluster
  let client: Client
  let viewers: Viewers
  let faults: Inflicted
  let ended: Video[]
  let drivers: Drivers
  let begunAt: number

  before(async () => {
    begunAt = Date.now()
    log(`seed ${seed}: ${uploads} uploads, ${kills} kills, ${nodes} node${nodes === 1 ? '' : 's'} of Cassandra and NATS`)
    scratch = await scratchDirectory()
    const clips = makeClips(scratch.path, seed, uploads)
    cluster = await startCluster({ nodes: nodes === 3 ? 3 : 1, log })
    const { token } = await createClient({ baseUrl: cluster.url }).accounts.create({ handle: 'chaos', password: 'correct horse battery' })
    client = createClient({ baseUrl: cluster.url, token })
    drivers = await openDrivers(readSettings(cluster.settings), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
    log(`all runs after ${secondsSince(begunAt)} s`)

    for (const clip of clips.slice(0, encodedBefore)) acknowledged.push(await uploadThroughFaults(client, clip))
    await untilEnded(acknowledged.map(({ video }) => video.id))
    const stopping = new AbortController()
    faults = inflict(cluster, steps, { nodes, log, signal: stopping.signal })
    viewers = startViewers(client, { count: 3, seed, videoIds: () => [...ready] })
    try {
      const waiting = clips.slice(encodedBefore).entries()
      const lane = async () => {
        for (const [at, clip] of waiting) {
          // Spread over the faults.
          while (faults.begun() < Math.floor((at * steps.length) / uploads)) await Promise.race([pause(100), faults.done])
          const one = await uploadThroughFaults(client, clip)
          acknowledged.push(one)
          void untilEnded([one.video.id]).catch(() => undefined)
        }
      }
      await Promise.all([...Array.from({ length: lanes }, lane), faults.done])
      log(`all faults are over after ${secondsSince(begunAt)} s`)
      ended = await untilEnded(acknowledged.map(({ video }) => video.id))
      log(`all uploads have ended after ${secondsSince(begunAt)} s`)
    } finally {
      stopping.abort()
      await viewers.stop()
    }
  })

  after(async () => {
    if (ended) tell()
    await drivers?.close()
    await cluster?.dispose()
    await scratch.remove()
  })

  /** Of each the video that is ready or failed; those that are not by then fail the test. */
  async function untilEnded(ids: string[]): Promise<Video[]> {
    const found = new Map<string, Video>()
    const limit = Date.now() + endSeconds * 1000
    for (;;) {
      for (const id of ids.filter((one) => !found.has(one))) {
        const video = await client.videos.get(id).catch(() => undefined)
        if (video?.state === 'ready') ready.add(id)
        if (video?.state === 'ready' || video?.state === 'failed') found.set(id, video)
      }
      if (found.size === ids.length) return ids.map((id) => found.get(id)!)
      const open = ids.filter((id) => !found.has(id))
      if (Date.now() > limit) throw new Error(`not ended after ${endSeconds} s: ${open.join()}\n${open.map((id) => cluster.linesOf(id)).join('\n')}`)
      await pause(500)
    }
  }

  const outside = () => viewers.errors.filter(({ from, to }) => !faults.wasOut(from, to))

  function tell(): void {
    const count = (state: string) => ended.filter((video) => video.state === state).length
    log(`\nseed ${seed}, the schedule:`)
    for (const [at, step] of steps.entries()) log(`  ${String(at + 1).padStart(3)}. ${describeStep(step)}`)
    const named = (counts: Record<string, number>) => Object.entries(counts).map(([name, times]) => `${name} ${times}`).join(', ')
    log(`seed ${seed}: ${acknowledged.length} uploads acknowledged, ${count('ready')} ready, ${count('failed')} failed (${ended.filter(({ failure }) => failure).map(({ failure }) => failure!.code).join(', ')})`)
    log(`${Object.values(faults.kills).reduce((sum, times) => sum + times, 0)} kills: ${named(faults.kills)}; other faults: ${named(faults.others)}`)
    const { requests, repeated, watched } = viewers.figures
    log(`viewers: ${watched} videos watched, ${requests} requests, ${repeated} repeated, ${outside().length} errors, ${viewers.errors.length - outside().length} while storage or documents were away`)
    log(`${secondsSince(begunAt)} s\n`)
  }

  test('the same seed makes the same schedule', () => {
    assert.deepEqual(planFaults(seed, { kills, nodes }), steps)
    assert.equal(steps.filter(({ fault }) => fault === 'kill').length, kills)
    assert.notDeepEqual(planFaults(seed + 1, { kills, nodes }), steps)
  })

  test('every acknowledged upload is ready, or failed for its own fault', () => {
    const own = ['not_media', 'no_streams', 'damaged', 'truncated']
    const wrong = ended.filter((video, at) => (acknowledged[at]!.clip.isBroken ? !(video.state === 'failed' && own.includes(video.failure!.code)) : video.state !== 'ready'))
    assert.deepEqual(wrong.map(({ id, title, state, failure }) => ({ id, title, state, failure })), [], wrong.map(({ id }) => cluster.linesOf(id)).join('\n'))
    assert.deepEqual(ended.map(({ sizeBytes }) => sizeBytes), acknowledged.map(({ clip }) => statSync(clip.path).size))
  })

  test('each exactly once', async () => {
    const listed: string[] = []
    for await (const video of client.videos.each({ channel: 'me' })) listed.push(video.title)
    assert.deepEqual(listed.toSorted(), acknowledged.map(({ clip }) => clip.title).toSorted())
    assert.equal(new Set(ended.map(({ id }) => id)).size, uploads)
  })

  test('viewers of encoded videos saw no error but while storage or all documents were away, and no byte changed', () => {
    assert.ok(viewers.figures.watched > 0)
    assert.deepEqual(outside().map(({ from, to, what }) => `${new Date(from).toISOString()} to ${new Date(to).toISOString()}: ${what}`), [])
    assert.deepEqual(viewers.changed, [])
  })

  test('no task is stuck or buried', { timeout: (drainSeconds + 60) * 1000 }, async () => {
    const broken = new Set(acknowledged.filter(({ clip }) => clip.isBroken).map(({ video }) => video.id))
    let left = ''
    const isEmpty = async (): Promise<boolean> => {
      const depth = (await drivers.queue.depth()).filter(({ ready, delayed, leased }) => ready + delayed + leased > 0)
      left = depth.map(({ priority, ready, delayed, leased }) => `priority ${priority}: ${ready} ready, ${delayed} delayed, ${leased} leased`).join('; ')
      return left === '' || (await pause(1000, false))
    }
    const telling = setInterval(() => log(`  in the queue: ${left}`), 20_000)
    try {
      await eventually('the queue is empty', isEmpty, drainSeconds).catch((error: Error) => assert.fail(`${error.message}; ${left}`))
    } finally {
      clearInterval(telling)
    }
    log(`the queue is empty after ${secondsSince(begunAt)} s`)
    assert.deepEqual((await drivers.queue.deadLetters(100)).filter(({ videoId }) => !broken.has(videoId)), [])
  })

  test('no object is without an owner after the sweep, and no byte is missing', { timeout: 300_000 }, async () => {
    await cluster.stopRoles()
    const leftovers = await findLeftovers(cluster.settings, ended.map(({ id }) => id), async () => (await drivers.objects.listUploads('raw')).items.map(({ key }) => key))
    assert.deepEqual(leftovers, { orphans: [], broken: [], uploads: [] }, leftovers.orphans.map((key) => cluster.linesOf(key.split('/')[1]!)).join('\n'))
  })
})

const secondsSince = (since: number): number => Math.round((Date.now() - since) / 1000)
