/** A video that gets Opus beside AAC: every segment over HTTP against both manifests, and a browser that plays it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { findProgram } from '../../../../scripts/setup/programs.mjs'
import { hasEncoder } from '../../src/media/tools.ts'
import { checkPlayed } from '../fixtures/check-played.ts'
import { generateClip } from './clips.ts'
import { countStalls, untilPlayback } from './playback.ts'
import { startServer } from './start-server.ts'

const executablePath = findProgram('chromium')
const hasOpus = await hasEncoder({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, 'opus').catch(() => false)

test('a video gets Opus beside AAC, by the defaults, and plays so', { timeout: 600_000, skip: !hasOpus && 'this ffmpeg has no libopus' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-opus-'))
  const server = await startServer({ SLUICE_TEST_FAST_DUE: 'true', SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(async () => {
    await server.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'listener', password: 'correct horse battery' })
  const client = createClient({ baseUrl: server.url, token })
  const source = await fileSource(twoTracks(folder))
  const { id } = await createUpload(client, source).start()
  await source.close?.()

  for (;;) {
    const video = await client.videos.get(id)
    assert.notEqual(video.state, 'failed', JSON.stringify(video.failure))
    const opus = video.renditions.filter((one) => one.id.startsWith('opus'))
    if (video.state === 'playable' || video.state === 'ready') assert.match((await client.videos.play(id)).startRendition, /^h264/)
    if (opus.length > 0) assert.equal(video.state, 'ready', 'nobody waits for it')
    if (opus.length > 0 && opus.every((one) => one.complete)) break
    await wait(100)
  }

  await t.test('every segment is what the manifests say: AAC in both, Opus in DASH', async () => {
    const { tracks } = await checkPlayed(await client.videos.play(id))
    const sounds = tracks.filter(({ kind }) => kind === 'audio').map(({ renditionId, codecs }) => `${renditionId} ${codecs}`)
    assert.deepEqual(sounds, ['aac-1 mp4a.40.2', 'aac-2 mp4a.40.2', 'opus-1 Opus', 'opus-2 Opus'])
    const { items } = await client.videos.downloads(id)
    assert.ok(items.length > 1 && !items.some(({ renditionId }) => renditionId.startsWith('opus')), 'files to take away have AAC')
  })

  await t.test('Chromium takes Opus, plays both tracks, and seeks', { skip: !executablePath && 'no Chromium is installed' }, async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'] })
    try {
      const page = await browser.newPage()
      const asked: string[] = []
      page.on('request', (request) => {
        const rendition = /\/((?:aac|opus|h264)-[^/]+)\/\d+\.m4s/.exec(request.url())?.[1]
        if (rendition) asked.push(rendition)
      })
      await countStalls(page)
      await page.goto(`${server.url}/watch/${id}`)
      await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 1, 90_000)
      assert.match(asked.find((one) => one.startsWith('h264'))!, /240p/, 'the start rendition comes first')
      await page.evaluate(() => void (document.querySelector('video')!.currentTime = 9))
      const last = await untilPlayback(page, 'the end', ({ currentTime, duration }) => duration > 0 && currentTime > duration - 0.3, 90_000)
      assert.equal(last.error, undefined)
      assert.ok(asked.includes('opus-1') && !asked.some((one) => one.startsWith('aac') || one === 'opus-2'), asked.join())
      // Chromium counts what it decoded: a track that it could not would leave it at nothing.
      const decoded = await page.evaluate(() => (document.querySelector('video') as unknown as { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount)
      assert.ok(decoded > 10_000, `${decoded} bytes of sound`)
    } finally {
      await browser.close()
    }
  })
})

/** Picture, a stereo track in English, one of six channels in German. */
function twoTracks(folder: string): string {
  const path = join(folder, 'tracks.mkv')
  const clip = generateClip(join(folder, 'clip.mp4'), { seconds: 14 })
  const noise = (layout: string) => ['-f', 'lavfi', '-i', `anoisesrc=color=pink:amplitude=0.2:sample_rate=48000:duration=14,pan=${layout}`]
  const languages = ['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=deu', '-disposition:a:0', 'default', '-disposition:a:1', '0']
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', clip, ...noise('stereo|c0=c0|c1=c0'), ...noise('5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0'), '-map', '0:v', '-map', '1:a', '-map', '2:a', '-c:v', 'copy', '-c:a', 'aac', ...languages, path], { stdio: ['ignore', 'ignore', 'inherit'] })
  return path
}
