/** An edge over another edge: joined across, waits passed through, withdrawals seen, and playing on while the one behind is away. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { openDisk } from '../../src/stream/cache/disk.ts'
import { fetchKeys } from '../../src/stream/sign/fetched-keys.ts'
import { eventually } from './eventually.ts'
import { startEdgeOver } from './start-edge-over.ts'
import { change, fill, makeVideo, owner, startEdge, type EdgeStage, type MadeVideo } from './start-edge.ts'

const patient = { holdMs: 60_000, pollMs: 60_000, requeueMs: 30_000 }
type Front = { origin: string; at(url: string): string; withdrawn: Set<string> }

/** A cache edge in front of the stage's own; what it asks for goes through `via` if given. */
async function startFront(t: TestContext, stage: EdgeStage, via = stage.origin, disk?: Awaited<ReturnType<typeof openDisk>>): Promise<Front> {
  const withdrawn = new Set<string>()
  const keys = { ...stage.keys, isWithdrawn: (id: string) => withdrawn.has(id) }
  const { origin, close } = await startEdgeOver({ origin: via, keys, log: stage.log, clock: stage.clock, ...(disk && { disk }) })
  t.after(close)
  return { origin, at: (url) => url.replace(stage.origin, origin), withdrawn }
}

/** Passes connections on until it is told to be away; counts GETs of segments. */
async function startLine(t: TestContext, stage: EdgeStage) {
  const line = { isAway: false, gets: 0, url: '' }
  const server = createServer(async (request, response) => {
    if (line.isAway) return void request.socket.destroy()
    if (request.method === 'GET' && request.url!.includes('.m4s')) line.gets++
    const answer = await fetch(stage.origin + request.url, { method: request.method, headers: { 'accept-encoding': 'identity' } })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => (server.closeAllConnections(), server.close()))
  line.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return line
}

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
const segment = (stage: EdgeStage, video: MadeVideo, path = 'h264-240p/5.m4s', viewer = {}) => `${stage.base(video.plan, viewer)}${path}`

test('the same bytes and headers through both; its own hits afterwards; what each cache did is told in order', async (t) => {
  const stage = await startEdge(t)
  const [front, video] = [await startFront(t, stage), await makeVideo(stage)]
  for (const path of ['h264-240p/5.m4s', 'h264-240p/init.mp4', 'm1/manifest.mpd', 'm1/master.m3u8']) {
    const url = segment(stage, video, path)
    const first = await fetch(front.at(url))
    assert.equal(first.headers.get('cache-status'), 'sluice; fwd=uri-miss; stored, sluice; fwd=uri-miss; stored', path)
    const [direct, again] = [await fetch(url), await fetch(front.at(url))]
    for (const name of ['etag', 'cache-control', 'content-type', 'access-control-allow-origin']) assert.equal(again.headers.get(name), direct.headers.get(name), `${path} ${name}`)
    assert.equal(again.headers.get('cache-status'), 'sluice; hit')
    assert.deepEqual(await bytesOf(again), await bytesOf(direct))
    assert.equal((await fetch(front.at(url), { headers: { 'if-none-match': direct.headers.get('etag')! } })).status, 304)
  }
  const head = await fetch(front.at(segment(stage, video, 'h264-240p/6.m4s')), { method: 'HEAD' })
  assert.equal(Number(head.headers.get('content-length')), video.segments.get('h264-240p/6')!.length)
  assert.equal((await fetch(front.at(segment(stage, video, 'h264-240p/999.m4s')))).status, 404)
  assert.equal((await fetch(front.at(segment(stage, video, 'nonsense')))).status, 404)
  assert.equal((await fetch(front.at(segment(stage, video, 'h264-240p/7.m4s')))).status, 200, 'one that is not there says nothing about the others')
})

test('200 clients on two fronts, one segment that is not encoded: one task, one read, one answer each, all served', async (t) => {
  const stage = await startEdge(t, { holdTimes: patient })
  const video = await makeVideo(stage, { filled: false })
  const lines = [await startLine(t, stage), await startLine(t, stage)]
  const fronts = [await startFront(t, stage, lines[0]!.url), await startFront(t, stage, lines[1]!.url)]
  const clients = Array.from({ length: 200 }, (_, n) => fetch(fronts[n % 2]!.at(segment(stage, video, 'h264-360p/9.m4s'))))
  await stage.queue.take({ priorities: [0], leaseSeconds: 60, waitSeconds: 10 })
  await fill(stage, video, 'h264-360p', 9, 10)
  const answers = await Promise.all(clients)
  for (const answer of answers) assert.deepEqual(await bytesOf(answer), video.segments.get('h264-360p/9'))
  assert.ok(answers.some((answer) => answer.headers.get('cache-status')!.includes('detail=held')))
  assert.deepEqual([stage.counts.objectReads, lines[0]!.gets, lines[1]!.gets], [1, 1, 1])
})

test('the wait ends: 503 with its second and CORS, and nothing of it is kept', async (t) => {
  const stage = await startEdge(t)
  const [front, video] = [await startFront(t, stage), await makeVideo(stage, { filled: false })]
  const url = front.at(segment(stage, video, 'h264-360p/9.m4s'))
  const answer = await fetch(url)
  assert.deepEqual([answer.status, answer.headers.get('cache-control'), answer.headers.get('retry-after'), answer.headers.get('access-control-allow-origin')], [503, 'max-age=1', '1', '*'])
  assert.equal(((await answer.json()) as { code: string }).code, 'segment_not_ready')
  await fill(stage, video, 'h264-360p', 9, 10)
  assert.equal((await fetch(url)).status, 200)
})

test('a used-up share is told to its viewer alone: whoever joined that request asks again for himself', async (t) => {
  const asked: ServerResponse[] = []
  const server = createServer((_request, response) => void asked.push(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => (server.closeAllConnections(), server.close()))
  const stage = await startEdge(t)
  const [front, video] = [await startFront(t, stage, `http://127.0.0.1:${(server.address() as { port: number }).port}`), await makeVideo(stage, { filled: false })]
  const first = fetch(front.at(segment(stage, video)))
  await eventually(() => asked.length === 1)
  const second = fetch(front.at(segment(stage, video, undefined, { accountId: owner })))
  // Answered over the same front after the second was taken in: it has joined by then.
  assert.equal((await fetch(front.at(segment(stage, video, 'nonsense')))).status, 404)
  asked[0]!.writeHead(503, { 'cache-control': 'no-store' }).end()
  const refused = await first
  assert.deepEqual([refused.status, refused.headers.get('cache-control')], [503, 'no-store'])
  await eventually(() => asked.length === 2)
  asked[1]!.end('a segment')
  assert.equal(await (await second).text(), 'a segment')
})

test('a video made private, or deleted, is closed once it is known as withdrawn; the owner’s goes on', async (t) => {
  const stage = await startEdge(t)
  const [front, video] = [await startFront(t, stage), await makeVideo(stage)]
  const [guest, own] = [front.at(segment(stage, video)), front.at(segment(stage, video, undefined, { accountId: owner }))]
  assert.equal((await fetch(guest)).status, 200)
  await change(stage, video, { visibility: 'private' })
  front.withdrawn.add(video.plan.videoId)
  assert.equal((await fetch(guest)).status, 403)
  assert.equal((await fetch(own)).status, 200)
  await change(stage, video, { deletedAt: 1 })
  assert.equal((await fetch(own)).status, 404)
  assert.ok(!stage.logged.some((line) => line.includes(new URL(guest).pathname.split('/')[2]!)))
})

test('the origin is away: what is cached plays, what is not gets a 503; a front started anew plays from its disk', async (t) => {
  const stage = await startEdge(t)
  const [line, video] = [await startLine(t, stage), await makeVideo(stage)]
  const dir = await mkdtemp(join(tmpdir(), 'sluice-front-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const disk = await openDisk({ dir, limitBytes: 10 ** 7, log: stage.log })
  const front = await startFront(t, stage, line.url, disk)
  const url = segment(stage, video)
  assert.equal((await fetch(front.at(url))).status, 200)
  await eventually(() => disk.has(new URL(url).pathname.replace(/^\/p\/[^/]+/, '')))
  line.isAway = true
  stage.forward(120_000)
  assert.equal((await fetch(front.at(url))).status, 200)
  const missing = await fetch(front.at(segment(stage, video, 'h264-240p/7.m4s')))
  assert.deepEqual([missing.status, missing.headers.get('cache-control')], [503, 'max-age=1'])
  await disk.close()
  const anew = await openDisk({ dir, limitBytes: 10 ** 7, log: stage.log })
  await anew.scanned
  const second = await startFront(t, stage, line.url, anew)
  const answer = await fetch(second.at(url))
  assert.deepEqual([answer.status, answer.headers.get('cache-status')], [200, 'sluice; hit; detail=disk'])
  line.isAway = false
  assert.equal((await fetch(front.at(segment(stage, video, 'h264-240p/7.m4s')))).status, 200)
})

test('bytes that were damaged on the way are not kept', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const server = createServer((request, response) => {
    response.writeHead(200, { etag: `"${'0'.repeat(64)}"`, 'content-type': 'video/mp4' }).end('damaged')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => (server.closeAllConnections(), server.close()))
  const front = await startFront(t, stage, `http://127.0.0.1:${(server.address() as { port: number }).port}`)
  assert.equal((await fetch(front.at(segment(stage, video)))).status, 503)
})

test('posters pass through and are asked for again after five minutes', async (t) => {
  const stage = await startEdge(t)
  const front = await startFront(t, stage)
  const posterKey = 'v/poster00000000001/rev00001/poster-attempt1.jpg'
  await stage.objects.put('encoded', posterKey, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
  const video = await makeVideo(stage, { filled: false, changes: { posterKey } })
  const url = `${front.origin}/posters/${video.plan.videoId}.jpg`
  const answer = await fetch(url)
  assert.deepEqual([await answer.text(), answer.headers.get('cache-control')], ['a picture', 'public, max-age=300'])
  await change(stage, video, { visibility: 'private' })
  assert.equal((await fetch(url)).status, 200)
  stage.forward(300_000)
  assert.equal((await fetch(url)).status, 404)
})

test('a withdrawn video’s poster closes at once, and is not shown stale while the origin is away', async (t) => {
  const stage = await startEdge(t)
  const line = await startLine(t, stage)
  const front = await startFront(t, stage, line.url)
  const posterKey = 'v/poster00000000001/rev00001/poster-attempt1.jpg'
  await stage.objects.put('encoded', posterKey, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
  const video = await makeVideo(stage, { filled: false, changes: { posterKey } })
  const url = `${front.origin}/posters/${video.plan.videoId}.jpg`
  assert.equal((await fetch(url)).status, 200)
  await change(stage, video, { visibility: 'private' })
  front.withdrawn.add(video.plan.videoId)
  assert.equal((await fetch(url)).status, 404)
  line.isAway = true
  stage.forward(300_000)
  assert.equal((await fetch(url)).status, 503)
})

test('keys are fetched with the secret, again for a new key id, and stay while the api is away', async (t) => {
  const secret = 'x'.repeat(40)
  const keys = [{ kid: 'k1', secret: 'AQID' }]
  const withdrawn: string[] = []
  let status = 200
  const server = createServer((request, response) => {
    const isKnown = request.url === '/api/v1/edge-keys' && request.headers.authorization === `Bearer ${secret}`
    response.writeHead(isKnown ? status : 401, { 'content-type': 'application/json' }).end(JSON.stringify({ keys, withdrawn }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => (server.closeAllConnections(), server.close()))
  const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  let now = 0
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  const fetched = await fetchKeys({ origin, secret, log, clock: () => now })
  t.after(() => fetched.close())
  assert.deepEqual([...fetched.find('k1')!.secret], [1, 2, 3])
  keys.push({ kid: 'k2', secret: 'BAUG' })
  withdrawn.push('gone')
  await fetched.refresh()
  assert.equal(fetched.find('k2'), undefined, 'asked a moment ago')
  now = 5000
  await fetched.refresh()
  assert.ok(fetched.find('k2') && fetched.isWithdrawn('gone') && !fetched.isWithdrawn('there'))
  status = 500
  now = 10_000
  await fetched.refresh()
  assert.ok(fetched.find('k1'))
  await assert.rejects(fetchKeys({ origin, secret: 'y'.repeat(40), log, clock: () => now }), DriverUnavailable)
})
