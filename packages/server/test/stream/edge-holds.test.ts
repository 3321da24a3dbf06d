/** Segments that are not encoded yet: held, enqueued once, served when filled, else 503. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentCount } from '../../src/domain/grid.ts'
import { playbackPrefix } from '../../src/domain/keys.ts'
import { mostHeldByNetwork, mostHeldBySession } from '../../src/stream/edge/hold-shares.ts'
import type { HoldTimes } from '../../src/stream/edge/hold.ts'
import { createManifestVersion } from '../../src/records/plan.ts'
import { mintToken } from '../../src/stream/sign/token.ts'
import { eventually } from './eventually.ts'
import { change, fill, makeVideo, startEdge, type EdgeStage, type MadeVideo } from './start-edge.ts'

/** Holds that end only when they are filled, as far as a test is concerned. */
const patient: HoldTimes = { holdMs: 60_000, pollMs: 60_000, requeueMs: 30_000 }
const wanted = (stage: EdgeStage, video: MadeVideo, path = 'h264-360p/9.m4s') => `${stage.base(video.plan)}${path}`
const take = (stage: EdgeStage) => stage.queue.take({ priorities: [0], leaseSeconds: 60, waitSeconds: 5 })

test('a held request is served when its slot is filled; all who wait share one task, first in line', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const waiting = Array.from({ length: 20 }, () => fetch(wanted(stage, video)))
  const task = await take(stage)
  assert.deepEqual(task?.body, { kind: 'segment', videoId: video.plan.videoId, revision: video.plan.revision, renditionId: 'h264-360p', number: 9 })
  assert.equal(task?.priority, 0)
  await fill(stage, video, 'h264-360p', 9, 10)
  const answers = await Promise.all(waiting)
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), video.segments.get('h264-360p/9'))
  }
  assert.ok(answers.some((answer) => answer.headers.get('cache-status') === 'sluice; fwd=uri-miss; detail=held'))
  assert.equal((await stage.queue.depth())[0]!.ready, 0)
  assert.equal(stage.counts.objectReads, 1)
})

test('what comes next is asked for once the first is there, with the chunk around it, behind whoever waits', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const of = { videoId: video.plan.videoId, revision: video.plan.revision }
  const waiting = fetch(wanted(stage, video, 'h264-360p/6.m4s'))
  await take(stage)
  assert.equal(stage.counts.enqueued, 1, 'nothing is made beside the one that is waited for')
  await fill(stage, video, 'h264-360p', 6, 7)
  assert.equal((await waiting).status, 200)
  await eventually(() => stage.counts.enqueued === 5)
  const bodies: unknown[] = []
  for (let lease; (lease = await stage.queue.take({ priorities: [1], leaseSeconds: 60, waitSeconds: 0 })); ) bodies.push(lease.body)
  assert.deepEqual(bodies, [
    { kind: 'segment', ...of, renditionId: 'h264-360p', number: 7 },
    { kind: 'segment', ...of, renditionId: 'h264-360p', number: 8 },
    { kind: 'chunk', ...of, chunk: 0 },
    { kind: 'chunk', ...of, chunk: 1 },
  ])
  // The viewer catches up with what was asked for ahead of him: now it is first in line.
  const next = fetch(wanted(stage, video, 'h264-360p/7.m4s'))
  assert.deepEqual((await take(stage))?.body, { kind: 'segment', ...of, renditionId: 'h264-360p', number: 7 })
  await fill(stage, video, 'h264-360p', 7, 9)
  assert.equal((await next).status, 200)
})

test('a request that only fills a buffer goes behind those who wait, until a viewer waits for the same', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const body = { kind: 'segment', videoId: video.plan.videoId, revision: video.plan.revision, renditionId: 'h264-360p', number: 9 }
  const filling = fetch(`${wanted(stage, video)}?CMCD=${encodeURIComponent('bl=20000,sid="a"')}`)
  const behind = await stage.queue.take({ priorities: [1], leaseSeconds: 60, waitSeconds: 5 })
  assert.deepEqual([behind?.priority, behind?.body], [1, body])
  const waiting = fetch(`${wanted(stage, video)}?CMCD=${encodeURIComponent('bl=20000,su')}`)
  assert.deepEqual((await take(stage))?.body, body)
  await fill(stage, video, 'h264-360p', 9, 10)
  assert.deepEqual([(await filling).status, (await waiting).status], [200, 200])
  assert.equal(stage.counts.objectReads, 1)
})

test('a session that has its share held is told to come again, for nothing is enqueued; what others wait for it may have, and they go on', async (t) => {
  const beyond = mostHeldBySession + 4
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false, seconds: 4 * (beyond + 17) })
  const [greedy, other] = [stage.base(video.plan), stage.base(video.plan, { accountId: 'account000000002' })]
  const held = Array.from({ length: mostHeldBySession }, (_, number) => fetch(`${greedy}h264-360p/${number}.m4s`))
  await eventually(() => stage.counts.enqueued === mostHeldBySession)
  const refused = await fetch(`${greedy}h264-360p/${beyond}.m4s`)
  assert.deepEqual([refused.status, refused.headers.get('cache-control'), refused.headers.get('retry-after'), ((await refused.json()) as { code: string }).code], [503, 'no-store', '1', 'segment_not_ready'])
  assert.equal(stage.counts.enqueued, mostHeldBySession)

  const others = fetch(`${other}h264-360p/${beyond}.m4s`)
  await eventually(() => stage.counts.enqueued === mostHeldBySession + 1)
  const joined = fetch(`${greedy}h264-360p/${beyond}.m4s`)
  for (let from = 0; from <= beyond; from += 8) await fill(stage, video, 'h264-360p', from, from + 8)
  for (const answer of await Promise.all([...held, others, joined])) assert.equal(answer.status, 200)
  const again = fetch(`${greedy}h264-360p/${beyond + 8}.m4s`)
  await fill(stage, video, 'h264-360p', beyond + 4, beyond + 12)
  assert.equal((await again).status, 200)
})

test('sessions of one address share its part where tokens are bound to it', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false, seconds: 4 * (mostHeldByNetwork + 8) })
  const prefix = playbackPrefix(video.plan.videoId, video.plan.revision)
  const ask = (number: number, ip?: string) =>
    fetch(`${stage.origin}/p/${mintToken(stage.keys.signing(), { prefix, exp: 2_000_000_000, sid: `session-${number}`, ...(ip !== undefined && { ip }) })}${prefix}h264-360p/${number}.m4s`)
  const held = Array.from({ length: mostHeldByNetwork }, (_, number) => ask(number, '127.0.0.1'))
  await eventually(() => stage.counts.enqueued === mostHeldByNetwork)
  assert.equal((await ask(mostHeldByNetwork, '127.0.0.1')).status, 503)
  const behindCache = ask(mostHeldByNetwork + 1)
  await eventually(() => stage.counts.enqueued === mostHeldByNetwork + 1)
  for (let from = 0; from <= mostHeldByNetwork + 1; from += 8) await fill(stage, video, 'h264-360p', from, from + 8)
  for (const answer of await Promise.all([...held, behindCache])) assert.equal(answer.status, 200)
})

test('nothing beyond the end is asked for', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const last = segmentCount(video.plan.video!.grid, 'video') - 1
  const waiting = fetch(wanted(stage, video, `h264-360p/${last}.m4s`))
  await take(stage)
  await fill(stage, video, 'h264-360p', last, last + 1)
  assert.equal((await waiting).status, 200)
  await eventually(() => stage.counts.enqueued === 2)
  assert.equal((await stage.queue.take({ priorities: [1], leaseSeconds: 60, waitSeconds: 0 }).then((lease) => lease?.body as { kind: string })).kind, 'chunk')
})

test('a lost signal costs a poll, no more', async (t) => {
  const stage = await startEdge(t, { holdTimes: { ...patient, pollMs: 50 } })
  const video = await makeVideo(stage, { filled: false })
  const waiting = fetch(wanted(stage, video))
  await take(stage)
  await fill(stage, video, 'h264-360p', 9, 10, true)
  assert.equal((await waiting).status, 200)
})

test('signals of other segments, renditions and revisions do not end the hold', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  let answered = false
  const waiting = fetch(wanted(stage, video)).finally(() => (answered = true))
  await take(stage)
  await fill(stage, video, 'h264-360p', 8, 9)
  await fill(stage, video, 'h264-240p', 8, 10)
  await fetch(wanted(stage, video, 'h264-360p/8.m4s'))
  assert.equal(answered, false)
  await fill(stage, video, 'h264-360p', 9, 10)
  assert.equal((await waiting).status, 200)
})

test('time is up: 503 segment_not_ready, cached for a second, with Retry-After and CORS; asking again does not enqueue again', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { filled: false })
  for (let attempt = 1; attempt <= 2; attempt++) {
    const answer = await fetch(wanted(stage, video))
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('cache-control'), 'max-age=1')
    assert.equal(answer.headers.get('retry-after'), '1')
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    assert.equal(((await answer.json()) as { code: string }).code, 'segment_not_ready')
  }
  assert.equal(stage.counts.enqueued, 1)
  await fill(stage, video, 'h264-360p', 9, 10)
  assert.equal((await fetch(wanted(stage, video))).status, 200)
})

test('a client that leaves stops nothing: the fill is awaited and kept', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const leaving = new AbortController()
  const left = assert.rejects(fetch(wanted(stage, video), { signal: leaving.signal }), { name: 'AbortError' })
  await take(stage)
  leaving.abort()
  await left
  await fill(stage, video, 'h264-360p', 9, 10)
  await eventually(() => stage.counts.objectReads === 1)
  assert.equal((await fetch(wanted(stage, video))).status, 200)
  assert.equal(stage.counts.objectReads, 1)
})

test('sound is asked for like the picture, without its chunk; HEAD neither waits nor enqueues', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  assert.equal((await fetch(wanted(stage, video), { method: 'HEAD' })).status, 503)
  assert.equal(stage.counts.enqueued, 0)
  const waiting = fetch(wanted(stage, video, 'aac-1/3.m4s'))
  assert.deepEqual((await take(stage))?.body, { kind: 'segment', videoId: video.plan.videoId, revision: video.plan.revision, renditionId: 'aac-1', number: 3 })
  await fill(stage, video, 'aac-1', 3, 4)
  assert.equal((await waiting).status, 200)
  await eventually(() => stage.counts.enqueued === 3)
})

test('what no manifest lists yet is not made for a viewer, but served once it is there', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  await createManifestVersion(stage.documents, video.plan.videoId, video.plan.revision, { version: 2, createdAt: 0, renditionIds: ['h264-240p'] })
  await change(stage, video, { manifestVersion: 2 })
  await eventually(async () => (await fetch(wanted(stage, video))).status === 404)
  await fill(stage, video, 'h264-360p', 9, 10)
  assert.equal((await fetch(wanted(stage, video))).status, 200)
})

test('the queue is down: the request is held all the same, and the next one enqueues', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { filled: false })
  stage.faults.queue = new Error('down')
  assert.equal((await fetch(wanted(stage, video))).status, 503)
  stage.faults.queue = undefined
  assert.equal((await fetch(wanted(stage, video))).status, 503)
  assert.equal(stage.counts.enqueued, 1)
})
