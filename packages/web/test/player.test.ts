/** The player in Chromium over a real DASH set: it plays, seeks, switches, survives holds and failures. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { mockVideo, type MockServer } from './mock-server.ts'
import { id, openStage, skip, type Stage } from './stage.ts'

let stage: Stage
let mock: MockServer
let page: Page

before(async () => {
  if (skip) return
  stage = await openStage({ withMedia: true })
  mock = stage.mock
})
after(() => stage?.close())
beforeEach(async () => {
  if (skip) return
  await page?.close()
  mock.media = { directory: stage.directory }
  mock.videos.set(id, mockVideo(id, { durationSeconds: 10, description: 'Words.' }))
  page = await (await stage.browser.newContext({ viewport: { width: 1100, height: 800 } })).newPage()
})

const player = () => page.locator('.player')
const inState = (state: string, timeout = 30_000) => page.locator(`.player[data-state=${state}]`).waitFor({ timeout })
const currentSeconds = () => page.evaluate(() => document.querySelector('video')!.currentTime)
const isBeyond = (seconds: number) => page.waitForFunction((least) => (document.querySelector('video')?.currentTime ?? 0) > least, seconds)

test('it starts by itself, moves, and has not stalled', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  await isBeyond(1)
  assert.equal(await player().getAttribute('data-stalls'), '0')
  const size = await page.evaluate(() => document.querySelector('video')!.videoWidth / document.querySelector('video')!.videoHeight)
  assert.ok(Math.abs(size - 16 / 9) < 0.02)
})

test('a quality that is complete later joins what plays, without a stall', { skip }, async () => {
  const whole = readFileSync(join(stage.directory, 'manifest.mpd'), 'utf8')
  writeFileSync(join(stage.directory, 'first.mpd'), whole.replace(/<Representation id="1"[\s\S]*?<\/Representation>/, ''))
  const rendition = (height: number, complete: boolean) => ({ id: `h264-${height}p`, kind: 'video' as const, codecs: 'avc1.64001f', height, bitsPerSecond: 1_000_000, complete })
  mock.videos.set(id, mockVideo(id, { durationSeconds: 10, state: 'playable', progress: 0.5, renditions: [rendition(480, false), rendition(240, true)] }))
  mock.manifest = 'first.mpd'
  // From the fourth segment on they wait until the quality has joined: else all of the clip would be there before.
  let release = () => {}
  const joined = new Promise<void>((resolve) => (release = resolve))
  mock.media = { directory: stage.directory, hold: async (path) => void (/^0-[45]\.m4s/.test(path) && (await joined)) }
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  assert.equal(await player().getAttribute('data-height'), '240')
  await page.evaluate(() => {
    const counts = { emptied: 0, waiting: 0 }
    Object.assign(window, { counts })
    for (const type of ['emptied', 'waiting'] as const) document.querySelector('video')!.addEventListener(type, () => void counts[type]++)
  })
  mock.manifest = 'manifest.mpd'
  const asked = page.waitForResponse(/\/media\/manifest\.mpd/)
  mock.emit(id, { state: 'ready', progress: 1, renditions: [rendition(480, true), rendition(240, true)] })
  await asked
  await page.waitForTimeout(300)
  release()
  await page.locator('.player[data-height="480"]').waitFor()
  await page.waitForFunction(() => document.querySelector('video')!.videoHeight === 480)
  assert.deepEqual(await page.evaluate(() => (window as never as { counts: object }).counts), { emptied: 0, waiting: 0 })
  assert.equal(await player().getAttribute('data-stalls'), '0')
  mock.manifest = 'manifest.mpd'
})

test('keys: pause, seek by digit and arrow, mute, help', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  await page.keyboard.press('k')
  await inState('paused')
  await page.keyboard.press('5')
  await page.waitForFunction(() => Math.abs(document.querySelector('video')!.currentTime - 5) < 0.2)
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => document.querySelector('video')!.currentTime < 0.3)
  await page.keyboard.press('m')
  await page.waitForFunction(() => document.querySelector('video')!.muted)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' })
})

test('a tap brings the controls that have faded; the next one pauses', { skip }, async () => {
  page = await (await stage.browser.newContext({ viewport: { width: 800, height: 600 }, hasTouch: true })).newPage()
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  await page.locator('.player[data-idle=true]').waitFor()
  const { x, y, width, height } = (await player().boundingBox())!
  const tap = () => page.touchscreen.tap(x + width / 2, y + height / 3)
  await tap()
  await page.locator('.player[data-idle=false]').waitFor()
  assert.equal(await player().getAttribute('data-state'), 'playing')
  await tap()
  await inState('paused')
})

test('the slider is reachable and says the time; the end offers to play again', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  const slider = page.getByRole('slider', { name: 'Time' })
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /of (9|10) seconds/)
  await slider.focus()
  await page.keyboard.press('End')
  await inState('ended')
  await page.getByRole('button', { name: 'Play again', exact: true }).click()
  await inState('playing')
  assert.ok((await currentSeconds()) < 8)
})

test('a chosen quality is what plays, and auto takes over again', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  await chooseQuality('240p')
  await page.waitForFunction(() => document.querySelector('video')!.videoHeight === 240)
  assert.equal(await player().getAttribute('data-quality'), '240')
  await chooseQuality('480p')
  await page.waitForFunction(() => document.querySelector('video')!.videoHeight === 480)
  await chooseQuality('Auto')
  assert.equal(await player().getAttribute('data-quality'), 'auto')
  assert.equal(await player().getAttribute('data-stalls'), '0', 'a chosen switch is no stall')
})

test('a segment that is held is waited for, counted as one stall, and playback goes on', { skip }, async () => {
  let release!: () => void
  const held = new Promise<void>((resolve) => (release = resolve))
  mock.media.hold = (path) => (/-3\.m4s$/.test(path) ? held : Promise.resolve())
  await page.goto(`${mock.origin}/watch/${id}`)
  await inState('playing')
  await inState('buffering')
  assert.ok((await currentSeconds()) > 3)
  release()
  await isBeyond(5)
  assert.equal(await player().getAttribute('data-stalls'), '1')
})

test('503 for a while is tried again without a word', { skip }, async () => {
  let refusals = 0
  mock.media.refuse = (path) => (/-3\.m4s$/.test(path) && refusals++ < 6 ? 503 : undefined)
  await page.goto(`${mock.origin}/watch/${id}`)
  await isBeyond(5)
  assert.ok(refusals >= 6)
  assert.equal(await page.getByRole('alert').count(), 0)
})

test('an expired session says so, and trying again fetches a fresh one', { skip }, async () => {
  mock.media.refuse = (path) => (path.endsWith('.mpd') ? 410 : undefined)
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByText('This viewing session has expired.').waitFor()
  mock.media.refuse = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await inState('playing')
})

test('a session that expires in the middle goes on at the same place with a fresh one', { skip }, async () => {
  mock.media.refuse = (path) => (/-[45]\.m4s$/.test(path) ? 410 : undefined)
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByText('This viewing session has expired.').waitFor({ timeout: 60_000 })
  mock.media.refuse = undefined
  const before = await currentSeconds()
  await page.getByRole('button', { name: 'Try again' }).click()
  await isBeyond(Math.max(before, 0.5))
  assert.ok((await currentSeconds()) < before + 3)
})

async function chooseQuality(label: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('menuitem', { name: /Quality/ }).click()
  await page.getByRole('menuitemradio', { name: label, exact: label !== 'Auto' }).click()
}

test('a playback that outlasts its tokens goes on without a stall, and without asking for the manifest again', { skip }, async () => {
  mock.tokensLiveMs = 2500
  // The whole film would be there before the first token is over: the third and fourth segments come as the playhead nears them.
  let begun: number | undefined
  mock.media.hold = async (path) => {
    begun ??= Date.now()
    const after = { 2: 1600, 3: 3600 }[Number(/-(\d)\.m4s$/.exec(path)?.[1])]
    if (after !== undefined) await new Promise((resolve) => setTimeout(resolve, begun! + after - Date.now()))
  }
  try {
    await page.goto(`${mock.origin}/watch/${id}`)
    await inState('playing')
    await isBeyond(8)
    assert.equal(await page.locator('.player[data-state=error]').count(), 0)
    assert.ok(mock.tokens.size >= 2, `${mock.tokens.size} tokens`)
  } finally {
    mock.tokensLiveMs = undefined
    mock.media.hold = undefined
  }
})
