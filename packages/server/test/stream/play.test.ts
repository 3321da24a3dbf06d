/** POST /videos/:id/play through the whole api: who may, what it answers, and that its URLs open at the edge. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Video } from '../../src/domain/video.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import { readSettings } from '../../src/config/read.ts'
import { updateVideo } from '../../src/records/video.ts'
import { createEdgeRole, openPlaybackKeys } from '../../src/roles/edge.ts'
import type { PlaybackKeys } from '../../src/stream/keys.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import { registerPlayRoutes } from '../../src/stream/routes.ts'
import { startApi, type Api, type StartOptions } from '../api/start-api.ts'
import { makeVideo, type MadeVideo } from './start-edge.ts'
import { openStage, type Stage } from './open-stage.ts'

type PlayStage = { stage: Stage; api: Api; keys: PlaybackKeys; counted: string[]; play(video: MadeVideo, token?: string, headers?: Record<string, string>): ReturnType<Api['call']> }

/** The api over the stage's ports, so that both see the same videos. */
async function startPlay(t: TestContext, settings: StartOptions['settings'] = {}): Promise<PlayStage> {
  const stage = await openStage(t)
  const composed = { ...stage, settings: readSettings(settings) }
  const keys = await openPlaybackKeys(composed)
  t.after(() => keys.close())
  const { documents, objects, queue, signals, clock } = stage
  const videos = openLiveVideos({ documents, signals, clock, freshMs: 1000, staleIfError: false })
  t.after(() => videos.close())
  const counted: string[] = []
  const plays = { note: (videoId: string) => void counted.push(videoId) }
  const deps = { videos, keys, clock, plays, publicUrl: composed.settings.SLUICE_PUBLIC_URL }
  const api = await startApi(t, { settings, change: () => ({ documents, objects, queue, signals }), routes: [(app) => registerPlayRoutes(app, deps)] })
  return { stage, api, keys, counted, play: (video, token, headers) => api.call('POST', `/videos/${video.plan.videoId}/play`, { token, headers }) }
}

async function set(stage: Stage, video: MadeVideo, changes: Partial<Video>): Promise<void> {
  await updateVideo(stage.documents, video.plan.videoId, (before) => ({ ...before, ...changes }))
  await stage.signals.publish(videoTopic(video.plan.videoId), { kind: 'video' })
}

test('the answer: signed URLs on the origin that was asked, the start rendition, when they expire', async (t) => {
  const { stage, api, play } = await startPlay(t)
  const loudness = { integratedLufs: -9.5, truePeakDbtp: -0.4 }
  const video = await makeVideo(stage, { filled: false, changes: { posterKey: 'v/x', loudness } })
  const { status, body, headers } = await play(video)
  assert.equal(status, 200, JSON.stringify(body))
  const { videoId, revision } = video.plan
  const signed = new RegExp(`^${api.origin}/p/1\\.k1\\.\\d+\\.3\\.0\\.[\\w-]{22}\\.[\\w-]{43}/v/${videoId}/${revision}/m1/`)
  assert.match(body.dashUrl, signed)
  assert.match(body.hlsUrl, signed)
  assert.ok(body.dashUrl.endsWith('/m1/manifest.mpd') && body.hlsUrl.endsWith('/m1/master.m3u8'))
  assert.deepEqual(body.hosts, [api.origin])
  assert.equal(body.startRendition, 'h264-240p')
  assert.equal(body.posterUrl, `${api.origin}/posters/${videoId}.jpg`)
  assert.deepEqual([body.storyboardUrl, body.captions], [null, []])
  assert.deepEqual(body.loudness, loudness)
  assert.ok(body.expiresAt >= stage.clock() + 4 * 3_600_000)
  assert.equal(headers.get('cache-control'), 'no-store')
})

test('reloads get the same URLs; other viewers get others', async (t) => {
  const { stage, play } = await startPlay(t)
  const video = await makeVideo(stage, { filled: false })
  const first = await play(video, undefined, { 'user-agent': 'one' })
  const again = await play(video, undefined, { 'user-agent': 'one' })
  const other = await play(video, undefined, { 'user-agent': 'two' })
  assert.deepEqual(again.body, first.body)
  assert.notEqual(other.body.sessionId, first.body.sessionId)
})

test('the public URL of the settings wins over the Host header', async (t) => {
  const { stage, play } = await startPlay(t, { SLUICE_PUBLIC_URL: 'https://video.example.org' })
  const video = await makeVideo(stage, { filled: false })
  const { body } = await play(video)
  assert.match(body.dashUrl, /^https:\/\/video\.example\.org\/p\//)
  assert.deepEqual(body.hosts, ['https://video.example.org'])
})

test('not before it is playable, not after it failed, not when there is none', async (t) => {
  const { stage, api, play } = await startPlay(t)
  for (const state of ['awaiting-upload', 'inspecting'] as const) {
    const video = await makeVideo(stage, { filled: false, changes: { state } })
    const answer = await play(video)
    assert.deepEqual([answer.status, answer.body.code], [409, 'not_playable_yet'])
    assert.equal(answer.headers.get('retry-after'), '1')
    await set(stage, video, { state: 'playable' })
    assert.equal((await play(video)).status, 200, 'at once when it is')
  }
  const failed = await makeVideo(stage, { filled: false, changes: { state: 'failed', failure: { code: 'damaged', message: 'It is damaged.' } } })
  const answer = await play(failed)
  assert.deepEqual([answer.status, answer.body.code, answer.body.detail, answer.body.failure.code], [409, 'video_failed', 'It is damaged.', 'damaged'])
  for (const id of ['0000000000000000', 'nonsense', 'NOT-AN-ID']) await api.refused('video_not_found', 'POST', `/videos/${id}/play`)
  const gone = await makeVideo(stage, { filled: false, changes: { deletedAt: 1 } })
  assert.equal((await play(gone)).body.code, 'video_not_found')
})

test('unlisted plays for everyone; private for its owner alone, by URLs that open only then', async (t) => {
  const { stage, api, keys, play } = await startPlay(t)
  const [own, stranger] = [await api.signUp('owner'), await api.signUp('stranger')]
  const unlisted = await makeVideo(stage, { changes: { visibility: 'unlisted', accountId: own.id } })
  assert.equal((await play(unlisted)).status, 200)
  const hidden = await makeVideo(stage, { changes: { visibility: 'private', accountId: own.id, posterKey: 'v/x' } })
  assert.equal((await play(hidden)).status, 404)
  assert.equal((await play(hidden, stranger.token)).status, 404)
  const { status, body } = await play(hidden, own.token)
  assert.equal(status, 200)
  assert.ok(body.posterUrl.startsWith(body.dashUrl.slice(0, body.dashUrl.indexOf('/m1/'))), 'a private poster is signed')

  const edge = createEdgeRole({ ...stage, settings: readSettings({}), keys })
  const server = createServer((request, response) => void edge.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    edge.close()
    server.closeAllConnections()
    server.close()
  })
  const atEdge = async (url: string) => (await fetch(url.replace(api.origin, `http://127.0.0.1:${(server.address() as AddressInfo).port}`))).status
  assert.equal(await atEdge(body.dashUrl), 200)
  assert.equal(await atEdge(body.hlsUrl), 200)
  const guest = (await play(unlisted)).body.dashUrl as string
  assert.equal(await atEdge(guest), 200)
  await set(stage, unlisted, { visibility: 'private' })
  assert.equal(await atEdge(guest), 403)
  assert.equal((await play(unlisted)).status, 404)
})

test('what is played is counted, what is refused is not', async (t) => {
  const { stage, counted, play } = await startPlay(t)
  const video = await makeVideo(stage)
  await play(video)
  await set(stage, video, { visibility: 'private' })
  assert.equal((await play(video)).status, 404)
  assert.deepEqual(counted, [video.plan.videoId])
})
