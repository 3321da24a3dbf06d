/** A video that gets AV1 beside H.264: every segment over HTTP against both manifests, and a browser that takes AV1. */
import assert from 'node:assert/strict'
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
import { realClipOr } from './clips.ts'
import { countStalls, untilPlayback } from './playback.ts'
import { startServer } from './start-server.ts'

const executablePath = findProgram('chromium')
const clipName = 'r_fragmented_street_480p_8s.mp4'
const canUpgrade = await hasEncoder({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, 'av1').catch(() => false)

test('a video is upgraded to AV1 and plays so', { timeout: 600_000, skip: !canUpgrade && 'this ffmpeg has no libsvtav1' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-upgrade-'))
  const server = await startServer({ SLUICE_UPGRADE: 'always', SLUICE_TEST_FAST_DUE: 'true', SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(async () => {
    await server.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'upgrade', password: 'correct horse battery' })
  const client = createClient({ baseUrl: server.url, token })
  const source = await fileSource(realClipOr(clipName, folder, 6, '854x480'))
  const { id } = await createUpload(client, source).start()
  await source.close?.()

  let hasPlayedBefore = false
  for (;;) {
    const video = await client.videos.get(id)
    assert.notEqual(video.state, 'failed', JSON.stringify(video.failure))
    const tier = video.renditions.filter((one) => one.id.startsWith('av1'))
    // Asked for early: this edge knows the plan without the tier.
    if (!hasPlayedBefore && video.state === 'ready') hasPlayedBefore = (await checkPlayed(await client.videos.play(id))).tracks.length > 0
    if (tier.length > 0 && tier.every((one) => one.complete)) break
    await wait(200)
  }

  await t.test('every segment is what both manifests say, and AV1 covers the sizes of H.264', async () => {
    const { tracks, facts } = await checkPlayed(await client.videos.play(id))
    const sizes = (codec: string) => tracks.filter((one) => one.renditionId.startsWith(codec)).map((one) => one.renditionId.split('-')[1]).sort()
    assert.deepEqual(sizes('av1'), sizes('h264'))
    assert.ok(tracks.filter((one) => one.renditionId.startsWith('av1')).every((one) => /^av01\.0\.\d\dM\.08$/.test(one.codecs)))
    assert.ok(facts.filter((one) => one.renditionId.startsWith('av1') && one.startsWithIdr).length > 5)
  })

  await t.test('Chromium takes AV1', { skip: !executablePath && 'no Chromium is installed' }, async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'] })
    try {
      const page = await browser.newPage()
      const asked = new Set<string>()
      page.on('request', (request) => void asked.add(/\/(av1|h264|aac|opus)-[^/]+\/\d+\.m4s/.exec(request.url())?.[1] ?? ''))
      await countStalls(page)
      await page.goto(`${server.url}/watch/${id}`)
      const playing = await untilPlayback(page, 'the end', ({ currentTime, duration }) => duration > 0 && currentTime > duration - 0.5, 90_000)
      assert.equal(playing.error, undefined)
      assert.ok(asked.has('av1') && !asked.has('h264'), [...asked].join())
    } finally {
      await browser.close()
    }
  })
})
