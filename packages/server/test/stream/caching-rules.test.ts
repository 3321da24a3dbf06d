/** The table of caching rules in docs/delivery.md is what is answered. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { captionKey } from '../../src/domain/keys.ts'
import { registerEdgeKeysRoutes } from '../../src/stream/sign/edge-keys-routes.ts'
import { startApi, type Api } from '../api/start-api.ts'
import { change, makeVideo, startEdge, type EdgeStage, type MadeVideo } from './start-edge.ts'

const text = await readFile(new URL('../../../../docs/delivery.md', import.meta.url), 'utf8')
/** But for the head. */
const rows = [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| `([^`]+)` \| [^|]+ \|$/gm)].slice(1).map(([, what, rule]) => ({ what: what!, rule: rule! }))

type Scene = { stage: EdgeStage; video: MadeVideo; api: Api; token: string }
const at = ({ stage, video }: Scene, path: string, init?: RequestInit) => fetch(stage.base(video.plan) + path, init)

/** For each row one or more answers that it is about. */
const probes: Record<string, (scene: Scene) => Promise<Response>[]> = {
  segment: (scene) => [at(scene, 'h264-240p/0.m4s'), at(scene, 'h264-240p/0.m4s', { headers: { range: 'bytes=0-9' } }), at(scene, 'h264-240p/1.m4s', { method: 'HEAD' })],
  'init segment': (scene) => [at(scene, 'h264-240p/init.mp4')],
  manifest: (scene) => [at(scene, 'm1/manifest.mpd'), at(scene, 'm1/master.m3u8'), at(scene, 'm1/aac-1.m3u8')],
  'storyboard, captions, chosen posters': (scene) => [at(scene, 'captions/attempt2.vtt')],
  'poster of a public or unlisted video': ({ stage, video }) => [fetch(`${stage.origin}/posters/${video.plan.videoId}.jpg`)],
  'not ready, store away (503)': (scene) => [at(scene, 'h264-720p/9.m4s')],
  'malformed, wrong, expired token; not there': (scene) => [
    fetch(`${scene.stage.origin}/p/x/y`),
    fetch(`${scene.stage.base(scene.video.plan)}h264-240p/0.m4s`.replace('.3.0.', '.2.0.')),
    fetch(`${scene.stage.base(scene.video.plan, { exp: 1_700_000_000 })}h264-240p/0.m4s`),
    at(scene, 'h264-240p/9999.m4s'),
    fetch(`${scene.stage.origin}/posters/0000000000000000.jpg`),
  ],
  'a range beyond the end (416)': (scene) => [at(scene, 'h264-240p/0.m4s', { headers: { range: 'bytes=99999999-' } })],
  preflight: (scene) => [at(scene, 'h264-240p/0.m4s', { method: 'OPTIONS' })],
  'signed URLs (`play`, `edge-keys`, part URLs)': ({ api, token }) => [fetch(`${api.origin}/api/v1/edge-keys`, { headers: { authorization: `Bearer ${token}` } })],
  'other answers of the API': ({ api }) => [fetch(`${api.origin}/api/v1/videos`), fetch(`${api.origin}/api/v1/openapi.json`)],
  'the site’s hashed files': ({ api }) => [fetch(`${api.origin}/assets/app-abcdef.js`)],
  'the site’s page': ({ api }) => [fetch(api.origin), fetch(`${api.origin}/watch/0123456789abcdef`)],
}
/** Made by an encoder: packages/server/test/stream/downloads.test.ts asserts it. */
const elsewhere = ['download']

test('every row is asked for, and every answer is as its row says', async (t) => {
  const scene = await open(t)
  assert.deepEqual(rows.map(({ what }) => what.replace(/'/g, '’')).filter((what) => !elsewhere.includes(what)), Object.keys(probes))
  for (const { what, rule } of rows) {
    for (const [index, answer] of (await Promise.all(probes[what.replace(/'/g, '’')]?.(scene) ?? [])).entries()) {
      assert.equal(answer.headers.get('cache-control'), rule, `${what}, answer ${index + 1} (${answer.status})`)
      await answer.body?.cancel()
    }
  }
})

async function open(t: TestContext): Promise<Scene> {
  const site = await mkdtemp(join(tmpdir(), 'sluice-site-'))
  t.after(() => rm(site, { recursive: true }))
  await mkdir(join(site, 'assets'))
  await writeFile(join(site, 'index.html'), '<!doctype html>')
  await writeFile(join(site, 'assets/app-abcdef.js'), '')
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const { videoId, revision } = video.plan
  const posterKey = `v/${videoId}/${revision}/poster-attempt1.jpg`
  await stage.objects.put('encoded', posterKey, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
  await stage.objects.put('encoded', captionKey(videoId, 'attempt2'), Buffer.from('WEBVTT\n'), { mediaType: 'text/vtt' })
  await change(stage, video, { posterKey, captions: [{ id: 'en', kind: 'uploaded', language: 'en', label: 'English', attempt: 'attempt2', createdAt: 0 }] })
  const api = await startApi(t, { siteDirectory: site, routes: [(app) => registerEdgeKeysRoutes(app, { documents: stage.documents, secret: '' })] })
  const { token } = await api.signUp('ada')
  return { stage, video, api, token }
}
