/** Two edges, one of them killed: playback goes on in Chromium, fed by script (MSE) and by the browser's own HLS. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { findProgram } from '../../../../scripts/setup/programs.mjs'
import { generateClip } from './clips.ts'
import { countStalls, untilPlayback } from './playback.ts'
import { startEdges, type Installation } from './start-edges.ts'

const executablePath = findProgram('chromium')
/** Longer than what the player buffers ahead: the end has to come from the edge that is left. */
const seconds = 50

test('killing the edge in use', { timeout: 600_000, skip: !executablePath && 'no Chromium is installed' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-failover-'))
  let sluice: Installation | undefined
  let browser: Browser | undefined
  t.after(async () => {
    await browser?.close()
    await sluice?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  sluice = await startEdges(2)
  const id = await sluice.upload(generateClip(join(folder, 'clip.mp4'), { seconds, size: '426x240' }))
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'] })
  const [first, second] = sluice.edges as [Installation['edges'][0], Installation['edges'][0]]

  const open = async (prepare?: (page: Page) => Promise<unknown>) => {
    const page = await browser!.newPage({ viewport: { width: 800, height: 600 } })
    await countStalls(page)
    await prepare?.(page)
    const answered: string[] = []
    page.on('response', (response) => /\.(m4s|m3u8|mpd)/.test(response.url()) && answered.push(new URL(response.url()).origin))
    await page.goto(`${sluice!.origin}/watch/${id}`)
    return { page, answered }
  }

  await t.test('play names both, the preferred one first', async () => {
    const answer = (await (await fetch(`${sluice!.origin}/api/v1/videos/${id}/play`, { method: 'POST' })).json()) as { hosts: string[]; dashUrl: string; hlsUrl: string }
    assert.deepEqual(answer.hosts, [first.origin, second.origin])
    assert.ok(answer.dashUrl.startsWith(first.origin) && answer.hlsUrl.startsWith(first.origin))
    const other = await fetch(answer.dashUrl.replace(first.origin, second.origin))
    assert.equal(other.status, 200, 'the same path opens on the other')
  })

  await t.test('MSE: it plays to its end without a stall', async () => {
    const { page, answered } = await open()
    await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 1)
    assert.deepEqual([...new Set(answered)], [first.origin])
    await first.kill()
    await page.evaluate(() => (document.querySelector('video')!.playbackRate = 3))
    const last = await untilPlayback(page, 'the end', ({ currentTime }) => currentTime > seconds - 1)
    assert.equal(last.stalls, 0, 'it stalled')
    assert.equal(last.error, undefined)
    assert.equal(await page.locator('.player').getAttribute('data-stalls'), '0')
    assert.ok(answered.includes(second.origin))
    await page.close()
  })

  await t.test('MSE: it starts where the preferred edge is away already, and asks it no more', async () => {
    const { page, answered } = await open()
    const asked: string[] = []
    page.on('request', (request) => request.url().includes('.m4s') && asked.push(new URL(request.url()).origin))
    await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 2)
    assert.deepEqual([...new Set(answered)], [second.origin])
    assert.deepEqual([...new Set(asked)], [second.origin], 'the manifest told that the first is away')
    await page.close()
    await first.revive()
  })

  await t.test('the browser’s own HLS: it goes on at the same place', async (context) => {
    const { page, answered } = await open((each) =>
      each.addInitScript(() => {
        for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete (window as unknown as Record<string, unknown>)[name]
      }),
    )
    if ((await page.evaluate(() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl'))) === '') return context.skip('this Chromium has no HLS of its own')
    await untilPlayback(page, 'playing', ({ currentTime }) => currentTime > 1)
    assert.deepEqual([...new Set(answered)], [first.origin])
    await first.kill()
    await page.evaluate(() => (document.querySelector('video')!.playbackRate = 3))
    const last = await untilPlayback(page, 'the end', ({ currentTime }) => currentTime > seconds - 1)
    context.diagnostic(`${last.stalls} stalls`)
    assert.ok(answered.includes(second.origin))
  })
})
