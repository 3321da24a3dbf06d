/** The main job in a real browser, on whatever installation: sign up, upload a clip by the page, watch it play, seek. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import { findProgram } from '../../../../scripts/setup/programs.mjs'
import { realClipOr } from './clips.ts'
import { countStalls, untilPlayback } from './playback.ts'

const executablePath = findProgram('chromium')
const limitMs = 600_000
/** Pictures for a person who wonders why a test failed; not kept in git. */
const shots = join(import.meta.dirname, '../../../../.cache/screenshots')
/** 12.8 s, 1080p25 with sound, its index at the end. */
const clipName = 'd_real_trees_1080p25_moov_at_end.mp4'

/** An installation as a person sees it. */
export type Site = { url: string; dispose(): Promise<void> }

/** Declares the test. `afterUpload` is told the requests with which the page sent bytes elsewhere than to the site. */
export function browserJourney<Started extends Site>(start: () => Promise<Started>, afterUpload: (server: Started, sent: { url: string; sizeBytes: number }[], clip: string) => void = () => {}): void {
  test('a person signs up, uploads, watches and seeks', { timeout: limitMs, skip: !executablePath && 'no Chromium is installed' }, (t) => journey(t, start, afterUpload))
}

async function journey<Started extends Site>(t: TestContext, start: () => Promise<Started>, afterUpload: (server: Started, sent: { url: string; sizeBytes: number }[], clip: string) => void): Promise<void> {
  let server: Started
  let browser: Browser
  let page: Page
  const folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'))
  const complaints: string[] = []
  const sent: { url: string; sizeBytes: number }[] = []

  before(async () => {
    server = await start()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'] })
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => request.method() === 'PUT' && sent.push({ url: request.url(), sizeBytes: Number(request.headers()['content-length'] ?? request.postDataBuffer()?.length ?? 0) }))
    await countStalls(page)
  })
  afterEach(async (context) => {
    if ((context as unknown as { passed: boolean }).passed) return
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `${context.name.replaceAll(' ', '-')}.png`) })
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  await t.test('signs up', async () => {
    await page.goto(`${server.url}/sign-up?next=/upload`)
    await page.fill('input[name=handle]', 'viewer')
    await page.fill('input[name=password]', 'correct horse battery')
    await page.click('button[type=submit]')
    await page.waitForURL('**/upload')
  })

  let watchUrl = ''
  await t.test('uploads a clip by the page', async () => {
    const clip = realClipOr(clipName, folder, 13, '1920x1080')
    await page.setInputFiles('input[type=file]', clip)
    const card = page.locator('article.upload-card')
    await card.locator('xpath=self::*[@data-phase="done"]').waitFor()
    const watch = card.getByRole('link', { name: 'Watch' })
    await watch.waitFor({ timeout: 400_000 })
    await watch.click()
    await page.waitForURL('**/watch/*')
    watchUrl = page.url()
    afterUpload(server, sent, clip)
  })

  await t.test('plays while it is still being encoded', async () => {
    await play()
    await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 1)
  })

  await t.test('plays to its end without a stall once it is ready', async () => {
    await untilReady(watchUrl.split('/').at(-1)!)
    await page.goto(watchUrl)
    await play()
    const first = await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 0.3)
    assert.ok(Math.abs(first.duration - 12.8) < 0.5, `it lasts ${first.duration} s`)
    assert.ok(Math.abs(first.width / first.height - 16 / 9) < 0.02, `it is ${first.width}x${first.height}`)
    const last = await untilPlayback(page, 'the end', ({ currentTime, duration }) => currentTime > duration - 0.2)
    assert.equal(last.stalls, 0, 'it stalled')
    assert.equal(last.error, undefined)
  })

  await t.test('seeks, and shows the full size when that is chosen', async () => {
    await page.evaluate(() => (document.querySelector('video')!.currentTime = 3))
    await chooseQuality('1080p')
    await play()
    const later = await untilPlayback(page, 'playing on from the third second', ({ currentTime, paused, height }) => !paused && currentTime > 4 && currentTime < 11 && height === 1080)
    assert.equal(later.width, 1920)
    assert.equal(later.error, undefined)
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: join(shots, 'watch.png') })
  })

  await t.test('is found on the home page', async () => {
    await page.goto(server.url)
    await page.locator(`a[href="${new URL(watchUrl).pathname}"]`).first().waitFor()
    assert.deepEqual(complaints, [])
  })

  /** Whether or not it played by itself. The player loads its source anew at first, which interrupts a play that comes too early. */
  async function play(): Promise<void> {
    for (const since = Date.now(); Date.now() - since < 60_000; await wait(100)) {
      const isPlaying = await page.evaluate(async () => {
        const video = document.querySelector('video')
        await video?.play().catch(() => undefined)
        return video !== null && !video.paused && video.readyState >= 2
      })
      if (isPlaying) return
    }
  }

  async function chooseQuality(label: string): Promise<void> {
    await page.hover('.player')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('menuitem', { name: /^Quality/ }).click()
    await page.getByRole('menuitemradio', { name: label, exact: true }).click()
  }

  async function untilReady(id: string): Promise<void> {
    for (;;) {
      const answer = await fetch(`${server.url}/api/v1/videos/${id}`)
      const video = (await answer.json()) as { state: string; failure?: object }
      if (video.state === 'ready') return
      assert.notEqual(video.state, 'failed', JSON.stringify(video.failure))
      await wait(500)
    }
  }
}
