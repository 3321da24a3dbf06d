/** Downloads: one MP4 of the stored segments, index first, to the frame and sample; by ranges; for who may. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { listen } from '../../src/http/listen.ts'
import { initKey } from '../../src/domain/keys.ts'
import { createEdge } from '../../src/stream/edge/edge.ts'
import { openKeys } from '../../src/stream/sign/keys.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import { offerDownloads } from '../../src/stream/download/offer-downloads.ts'
import { ProblemError } from '../../src/http/problem.ts'
import { readSlots } from '../../src/records/chunk.ts'
import { updateVideo } from '../../src/records/video.ts'
import { inspectTask, openStage, runAll, type Stage } from '../encode/stage.ts'
import { makeClip } from '../fixtures/clips.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import { eventually } from './eventually.ts'
import { startEdgeOver } from './start-edge-over.ts'

let stage: Stage
let id: string
let dir: string
let offer: (as?: { accountId?: string; isAdmin?: boolean }) => ReturnType<typeof offerDownloads>
let close = async () => {}
/** The same URL at an edge in front of the edge. */
let atFront: (url: string) => string

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-download-'))
  stage = await openStage({ clip: makeClip({ seconds: 14, width: 640, height: 360 }), fastDue: true })
  stage.deps.limits.preset = 'ultrafast'
  id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  for (let round = 0; round < 20 && (await stage.video(id)).state !== 'ready'; round++) await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
  const keys = await openKeys({ ...stage.deps, longestTokenMs: 86_400_000 })
  const edge = createEdge({ ...stage.deps, keys, memoryBytes: 2 ** 20 })
  const videos = openLiveVideos({ ...stage.deps, freshMs: 0, staleIfError: false })
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [edge.handle], lean: edge.answer, app: (_request, response) => void response.writeHead(418).end() })
  const origin = `http://127.0.0.1:${listener.port}`
  offer = ({ accountId, isAdmin = false } = {}) =>
    offerDownloads({ videos, keys, clock: stage.deps.clock, documents: stage.deps.documents }, { videoId: id, accountId, isAdmin, ip: '', userAgent: '', origin })
  const front = await startEdgeOver({ origin, keys: { ...keys, isWithdrawn: () => false }, log: stage.deps.log, clock: stage.deps.clock, memoryBytes: 2 ** 20 })
  atFront = (url) => url.replace(origin, front.origin)
  close = async () => {
    await front.close()
    edge.close()
    videos.close()
    keys.close()
    await listener.close(0)
  }
})
after(async () => {
  await close()
  await stage?.close()
  await rm(dir, { recursive: true, force: true })
})

const asOwner = async () => offer({ accountId: (await stage.video(id)).accountId })
const refusedWith = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code
const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', ...args], { encoding: 'utf8' })

/** A rendition's own fragments in one file. */
async function fragmented(renditionId: string): Promise<string> {
  const plan = await stage.plan(id)
  const { slots } = await readSlots(stage.deps.documents, plan)
  const parts = [await stage.deps.objects.get('encoded', initKey(id, plan.revision, renditionId))]
  for (const slot of slots.get(renditionId)!) parts.push(await stage.deps.objects.get('encoded', slot!.key, { start: slot!.offset, end: slot!.offset + slot!.length - 1 }))
  const path = join(dir, `${renditionId}.cmaf.mp4`)
  await writeFile(path, Buffer.concat(parts))
  return path
}

test('every complete rendition is offered, and its file holds the same frames and sound at the same times', { timeout: 300_000 }, async () => {
  const { items } = await asOwner()
  const plan = await stage.plan(id)
  const sounds = plan.audio.filter(({ codec }) => codec === 'aac').map((one) => one.id)
  assert.deepEqual(items.map(({ renditionId }) => renditionId), ['h264-360p', 'h264-240p', ...sounds])
  const answer = await fetch(items[0]!.url)
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.status, 200)
  assert.equal(Number(answer.headers.get('content-length')), bytes.length)
  assert.match(answer.headers.get('content-disposition')!, /^attachment; filename="clip \(h264-360p\)\.mp4"/)
  assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'the index comes first')
  assert.ok(bytes.indexOf('moof') < 0)
  const path = join(dir, 'whole.mp4')
  await writeFile(path, bytes)
  const hashOf = (file: string, map: string) => ffmpeg('-i', file, '-map', map, '-f', 'framehash', '-hash', 'md5', '-').split('\n').filter((line) => /^\d/.test(line)).map((line) => line.split(',').slice(1).join())
  assert.deepEqual(hashOf(path, '0:v'), hashOf(await fragmented('h264-360p'), '0:v'))
  assert.deepEqual(hashOf(path, '0:a'), hashOf(await fragmented(sounds[0]!), '0:a'))
  const probed = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration,start_time:stream=start_time,nb_frames', '-of', 'json', path], { encoding: 'utf8' }))
  assert.ok(Math.abs(Number(probed.format.duration) - plan.durationSeconds) < 0.1, JSON.stringify(probed))
  assert.deepEqual(probed.streams.map((stream: { start_time: string }) => Number(stream.start_time)), [0, 0])
  // A seek by the index lands on a picture.
  assert.match(ffmpeg('-ss', '9', '-i', path, '-frames:v', '1', '-f', 'framemd5', '-'), /^0,/m)
})

test('ranges, HEAD and conditions, as a download manager asks', { timeout: 60_000 }, async () => {
  const { url } = (await asOwner()).items[1]!
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
  const head = await fetch(url, { method: 'HEAD' })
  assert.equal(head.headers.get('cache-control'), 'private, no-transform')
  assert.deepEqual([head.status, Number(head.headers.get('content-length')), (await head.arrayBuffer()).byteLength], [200, whole.length, 0])
  for (const [start, end] of [[0, 0], [5, 300], [whole.length - 1, whole.length - 1], [1000, whole.length - 1000], [whole.indexOf('mdat') + 2, whole.indexOf('mdat') + 9]] as const) {
    const part = await fetch(url, { headers: { range: `bytes=${start}-${end}` } })
    assert.equal(part.status, 206)
    assert.equal(part.headers.get('content-range'), `bytes ${start}-${end}/${whole.length}`)
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(start, end + 1))
  }
  assert.equal((await fetch(url, { headers: { range: `bytes=${whole.length}-` } })).status, 416)
  assert.equal((await fetch(url, { headers: { 'if-none-match': head.headers.get('etag')! } })).status, 304)
  const changed = await fetch(url, { headers: { range: 'bytes=0-9', 'if-range': '"another"' } })
  assert.equal((await changed.arrayBuffer()).byteLength, whole.length)
})

test('a title that is too long is cut, within a letter too', async () => {
  const { title } = await stage.video(id)
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, title: `${'a'.repeat(119)}\u{1f600}` }))
  const { url } = (await asOwner()).items[0]!
  await stage.deps.signals.publish(videoTopic(id), { kind: 'video' })
  await eventually(async () => {
    const answer = await fetch(url, { method: 'HEAD' })
    assert.equal(answer.status, 200)
    return /a{119}/.test(answer.headers.get('content-disposition')!)
  })
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, title }))
})

test('the owner and administrators may; viewers where they are let; a playback token opens none', async () => {
  await assert.rejects(offer(), refusedWith('download_not_allowed'))
  await assert.rejects(offer({ accountId: 'account000000009' }), refusedWith('download_not_allowed'))
  assert.ok((await offer({ accountId: 'account000000009', isAdmin: true })).items.length > 0)
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, downloadable: true }))
  assert.ok((await offer()).items.length > 0)
  const { url } = (await asOwner()).items[0]!
  assert.equal((await fetch(url.replace('/d/', '/v/'))).status, 403)
  assert.equal((await fetch(url.replace('h264-360p', 'h264-9000p'))).status, 404)
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, visibility: 'private', downloadable: true }))
  await assert.rejects(offer({ accountId: 'account000000009', isAdmin: true }), refusedWith('video_not_found'))
  await updateVideo(stage.deps.documents, id, (video) => ({ ...video, visibility: 'public', completeRenditions: ['aac-1'] }))
  assert.deepEqual((await asOwner()).items.map(({ kind }) => kind), ['audio'])
})

test('an edge in front of the edge passes them on, whole and by ranges', async () => {
  const { url } = (await asOwner()).items[0]!
  const [direct, through] = await Promise.all([url, atFront(url)].map(async (one) => Buffer.from(await (await fetch(one)).arrayBuffer())))
  assert.ok(direct!.length > 10_000 && direct!.equals(through!))
  const part = await fetch(atFront(url), { headers: { range: 'bytes=100-199' } })
  assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer())], [206, direct!.subarray(100, 200)])
})
