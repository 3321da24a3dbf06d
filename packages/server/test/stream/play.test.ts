/** POST /videos/:id/play through the whole api: who may, what it answers, and that its URLs open at the edge. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Video } from '../../src/domain/video.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import { readSettings } from '../../src/config/read.ts'
import { updateVideo } from '../../src/records/video.ts'
import { openEdgeRole, openPlaybackKeys } from '../../src/roles/edge.ts'
import { readCloudFrontSigner } from '../../src/roles/read-cloudfront-signer.ts'
import type { PlaybackKeys } from '../../src/stream/sign/keys.ts'
import { pathSigner } from '../../src/stream/sign/sign-path.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import type { PlayDeps } from '../../src/stream/play/play.ts'
import { registerPlayRoutes } from '../../src/stream/play/play-routes.ts'
import { verifyPath } from '../../src/stream/sign/token.ts'
import { startApi, type Api, type StartOptions } from '../api/start-api.ts'
import { makeVideo, type MadeVideo } from './start-edge.ts'
import { openStage, type Stage } from './open-stage.ts'

type PlayStage = { stage: Stage; api: Api; keys: PlaybackKeys; play(video: MadeVideo, token?: string, headers?: Record<string, string>): ReturnType<Api['call']> }

/** The api over the stage's ports, so that both see the same videos. */
async function startPlay(t: TestContext, settings: StartOptions['settings'] = {}, also: Partial<PlayDeps> = {}): Promise<PlayStage> {
  const stage = await openStage(t)
  const composed = { ...stage, settings: readSettings(settings) }
  const keys = await openPlaybackKeys(composed)
  t.after(() => keys.close())
  const { documents, objects, queue, signals, clock } = stage
  const videos = openLiveVideos({ documents, signals, clock, freshMs: 1000, staleIfError: false })
  t.after(() => videos.close())
  const deps = { videos, keys, clock, publicUrl: composed.settings.SLUICE_PUBLIC_URL, bindToAddress: composed.settings.SLUICE_BIND_PLAYBACK_TO_ADDRESS, ...also }
  const api = await startApi(t, { settings, signPath: pathSigner(deps), change: () => ({ documents, objects, queue, signals }), routes: [(app) => registerPlayRoutes(app, deps)] })
  return { stage, api, keys, play: (video, token, headers) => api.call('POST', `/videos/${video.plan.videoId}/play`, { token, headers }) }
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

  const edge = await openEdgeRole({ ...stage, settings: readSettings({}), keys })
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

test('bound to the address, where the setting says so: the edge opens to that address alone, as a trusted proxy names it', async (t) => {
  const { stage, keys, play } = await startPlay(t, { SLUICE_BIND_PLAYBACK_TO_ADDRESS: 'true' })
  const video = await makeVideo(stage)
  const { body } = await play(video, undefined, { 'x-forwarded-for': '198.51.100.7' })
  const { pathname } = new URL(body.dashUrl)
  assert.match(pathname, /^\/p\/1\.k1\.\d+\.3\.i\./)
  const edge = await openEdgeRole({ ...stage, settings: readSettings({}), keys })
  const server = createServer((request, response) => void edge.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    edge.close()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`
  const statuses = await Promise.all(['198.51.100.7', '198.51.100.8', '198.51.100.7, 198.51.100.8'].map(async (address) => (await fetch(url, { headers: { 'x-forwarded-for': address } })).status))
  assert.deepEqual(statuses, [200, 403, 403])
  assert.equal((await fetch(url)).status, 403)
})

test('bound to the address: the signed posters of the owner’s lists open to that address alone too', async (t) => {
  const { stage, api, keys } = await startPlay(t, { SLUICE_BIND_PLAYBACK_TO_ADDRESS: 'true' })
  const own = await api.signUp('owner')
  const [posterKey, at] = ['v/x/poster-attempt1.jpg', { token: own.token, headers: { 'x-forwarded-for': '198.51.100.7' } }]
  const posterCandidates = [{ id: 'attempt1', key: posterKey }]
  const video = await makeVideo(stage, { changes: { visibility: 'private', accountId: own.id, posterKey, posterCandidates } })
  const path = `/videos/${video.plan.videoId}`
  const shown = (await api.call('GET', path, at)).body.posterUrl as string
  const candidate = (await api.call('GET', `${path}/posters`, at)).body.items[0].url as string
  for (const url of [shown, candidate]) {
    const token = url.split('/')[2]!
    const verdicts = ['198.51.100.7', '198.51.100.8'].map((ip) => verifyPath(`/p/${token}/v/${video.plan.videoId}/${video.plan.revision}/m1/manifest.mpd`, { keyOf: keys.find, nowSeconds: stage.clock() / 1000, ip }).ok)
    assert.deepEqual(verdicts, [true, false])
  }
})

test('with CloudFront’s signed cookies: for what the token opens, as long as it does, and for https alone', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const settings = { SLUICE_PUBLIC_URL: 'https://video.example.org' }
  const { stage, play } = await startPlay(t, settings, { cloudFront: { keyPairId: 'K2JCJMDEHXQW5F', privateKey } })
  const { body, headers } = await play(await makeVideo(stage))
  const token = new URL(body.dashUrl).pathname.split('/')[2]!
  const cookies = headers.getSetCookie().filter((cookie) => cookie.startsWith('CloudFront-'))
  assert.deepEqual(cookies.map((cookie) => cookie.split('=')[0]), ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id'])
  for (const cookie of cookies) {
    assert.ok(cookie.includes(`; Path=/p/${token}/;`) && cookie.includes(`; Expires=${new Date(body.expiresAt).toUTCString()}`), cookie)
    assert.match(cookie, /; HttpOnly; Secure; SameSite=Lax$/)
  }
  const policy = JSON.parse(Buffer.from(cookies[0]!.split(/[=;]/)[1]!.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/'), 'base64').toString())
  assert.deepEqual(policy, { Statement: [{ Resource: `https://video.example.org/p/${token}/*`, Condition: { DateLessThan: { 'AWS:EpochTime': body.expiresAt / 1000 } } }] })
})

test('CloudFront’s signer is read at the start, whole or not at all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cloudfront-'))
  t.after(() => rm(folder, { recursive: true }))
  const keyFile = async (name: string, key: KeyObject) => {
    await writeFile(join(folder, name), key.export({ type: 'pkcs8', format: 'pem' }))
    return join(folder, name)
  }
  const rsa = await keyFile('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  const ed = await keyFile('ed', generateKeyPairSync('ed25519').privateKey)
  const whole = { SLUICE_CLOUDFRONT_KEY_PAIR_ID: 'K1', SLUICE_CLOUDFRONT_PRIVATE_KEY: rsa, SLUICE_PUBLIC_URL: 'https://video.example.org' }
  assert.equal((await readCloudFrontSigner(readSettings(whole)))?.keyPairId, 'K1')
  assert.equal(await readCloudFrontSigner(readSettings({})), undefined)
  const wrong: [Record<string, string>, RegExp][] = [
    [{ SLUICE_CLOUDFRONT_KEY_PAIR_ID: '' }, /go together/],
    [{ SLUICE_PUBLIC_URL: 'http://video.example.org' }, /go together/],
    [{ SLUICE_CLOUDFRONT_PRIVATE_KEY: ed }, /ed25519, not rsa/],
    [{ SLUICE_CLOUDFRONT_PRIVATE_KEY: join(folder, 'absent') }, /ENOENT/],
  ]
  for (const [changed, says] of wrong) await assert.rejects(readCloudFrontSigner(readSettings({ ...whole, ...changed })), says)
})
