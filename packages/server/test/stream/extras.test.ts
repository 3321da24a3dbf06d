/** What the edge serves beside segments: storyboards, captions, posters to choose from; only what the video lists, to whom it is open. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caption, Storyboard } from '../../src/domain/extras.ts'
import { captionKey, posterKey, storyboardKey } from '../../src/domain/keys.ts'
import { createManifestVersion } from '../../src/records/plan.ts'
import { everything } from '../fixtures/sample-plan.ts'
import { change, makeVideo, owner, startEdge, type EdgeStage, type MadeVideo } from './start-edge.ts'

const storyboard: Storyboard = { attempt: 'attempt1', everySegments: 1, tileCount: 18, tileWidth: 160, tileHeight: 90, columns: 5, rows: 5 }
const caption: Caption = { id: 'en', kind: 'uploaded', language: 'en', label: 'English', attempt: 'attempt2', createdAt: 0 }
const webvtt = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n'

async function addExtras(stage: EdgeStage, video: MadeVideo): Promise<void> {
  const { videoId, revision } = video.plan
  const candidate = posterKey(videoId, revision, 'attempt3')
  await stage.objects.put('encoded', storyboardKey(videoId, revision, 'attempt1', 0), Buffer.from('a sheet'), { mediaType: 'image/jpeg' })
  await stage.objects.put('encoded', captionKey(videoId, 'attempt2'), Buffer.from(webvtt), { mediaType: 'text/vtt' })
  await stage.objects.put('encoded', candidate, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
  await createManifestVersion(stage.documents, videoId, revision, { ...everything(video.plan), version: 2, captions: [caption] })
  await change(stage, video, { storyboard, captions: [caption], posterCandidates: [{ id: 'attempt3', key: candidate, atSeconds: 1 }], manifestVersion: 2 })
}

test('a storyboard: an index whose links lead to its sheets', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { filled: false })
  await addExtras(stage, video)
  const indexUrl = `${stage.base(video.plan)}storyboard-attempt1/index.vtt`
  const index = await fetch(indexUrl)
  assert.deepEqual([index.status, index.headers.get('content-type')], [200, 'text/vtt; charset=utf-8'])
  assert.match(index.headers.get('cache-control')!, /immutable/)
  const [first] = /\S+\.jpg/.exec(await index.text())!
  const sheet = await fetch(new URL(first, indexUrl))
  assert.deepEqual([sheet.headers.get('content-type'), await sheet.text()], ['image/jpeg', 'a sheet'])
  for (const path of ['storyboard-attempt9/index.vtt', 'storyboard-attempt9/0.jpg', 'storyboard-attempt1/1.jpg', 'storyboard-attempt1/00.jpg', 'storyboard-attempt1/']) {
    assert.equal((await fetch(stage.base(video.plan) + path)).status, 404, path)
  }
})

test('captions: the file, the playlist of the version that lists them, and 404 as soon as the video names them no more', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { filled: false })
  await addExtras(stage, video)
  const base = stage.base(video.plan)
  const master = await (await fetch(`${base}m2/master.m3u8`)).text()
  assert.match(master, /#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="captions\/attempt2.m3u8"/)
  assert.equal(master.match(/STREAM-INF/g)!.length, master.match(/SUBTITLES="captions"/g)!.length)
  const playlistUrl = `${base}m2/captions/attempt2.m3u8`
  const playlist = await (await fetch(playlistUrl)).text()
  const file = await fetch(new URL(playlist.split('\n').find((line) => line.endsWith('.vtt'))!, playlistUrl))
  assert.deepEqual([file.headers.get('content-type'), await file.text()], ['text/vtt; charset=utf-8', webvtt])
  const mpd = await (await fetch(`${base}m2/manifest.mpd`)).text()
  const [, href] = /mimeType="text\/vtt" lang="en">[^]*<BaseURL>(.*)<\/BaseURL>/.exec(mpd)!
  assert.equal(await (await fetch(new URL(href!, `${base}m2/manifest.mpd`))).text(), webvtt)
  assert.doesNotMatch(await (await fetch(`${base}m1/master.m3u8`)).text(), /SUBTITLES/)
  for (const path of ['m1/captions/attempt2.m3u8', 'm2/captions/attempt9.m3u8', 'captions/attempt9.vtt']) assert.equal((await fetch(base + path)).status, 404, path)

  await change(stage, video, { captions: [] })
  assert.equal((await fetch(`${base}captions/attempt2.vtt`)).status, 404, 'though it is in memory')
})

test('a private video’s extras are open to its owner’s tokens alone', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage, { filled: false })
  await addExtras(stage, video)
  const paths = ['storyboard-attempt1/index.vtt', 'storyboard-attempt1/0.jpg', 'captions/attempt2.vtt', 'poster-attempt3.jpg']
  for (const path of paths) assert.equal((await fetch(stage.base(video.plan) + path)).status, 200, path)
  await change(stage, video, { visibility: 'private' })
  for (const path of paths) {
    assert.equal((await fetch(stage.base(video.plan) + path)).status, 403, path)
    assert.equal((await fetch(stage.base(video.plan, { accountId: owner }) + path)).status, 200, path)
    assert.equal((await fetch(`${stage.origin}/v/${video.plan.videoId}/${video.plan.revision}/${path}`)).status, 418, 'unsigned')
  }
  await change(stage, video, { deletedAt: 1 })
  for (const path of paths) assert.equal((await fetch(stage.base(video.plan, { accountId: owner }) + path)).status, 404, path)
})
