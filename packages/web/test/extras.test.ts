/** Storyboard, captions and chapters in the player, and their forms for the owner, in Chromium against the mock. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { parseStoryboard, tileAt } from '../src/player/storyboard.ts'
import { chaptersText, parseChapters } from '../src/video/chapters-text.ts'
import { mockAccount, mockVideo, type MockServer } from './mock-server.ts'
import { id, openStage, skip, type Stage } from './stage.ts'

let stage: Stage
let mock: MockServer
let page: Page

before(async () => {
  if (skip) return
  stage = await openStage({ withMedia: true })
  mock = stage.mock
  writeFileSync(join(stage.directory, 'index.vtt'), 'WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n0.jpg#xywh=0,0,160,90\n\n00:00:04.000 --> 00:00:10.000\n0.jpg#xywh=160,0,160,90\n')
  writeFileSync(join(stage.directory, 'en.vtt'), 'WEBVTT\n\n00:00:00.000 --> 00:00:09.000\nHello there\n')
})
after(() => stage?.close())
beforeEach(async () => {
  if (skip) return
  await page?.close()
  mock.media = { directory: stage.directory }
  mock.hasExtras = true
  mock.captions = [{ id: 'en', language: 'en', kind: 'uploaded', label: 'English', createdAt: 0 }]
  const chapters = [{ startSeconds: 0, title: 'Opening' }, { startSeconds: 6, title: 'The end' }]
  mock.videos.set(id, mockVideo(id, { durationSeconds: 10, chapters }))
  page = await (await stage.browser.newContext({ viewport: { width: 1100, height: 800 } })).newPage()
})

test('the index of a storyboard, with links relative to it', () => {
  const tiles = parseStoryboard('WEBVTT\n\n00:00.000 --> 00:04.000\n0.jpg#xywh=0,0,160,90\n\nnonsense\n\n01:00:04.500 --> 02:00:00.000\n1.jpg#xywh=160,90,160,90\n', 'http://h/p/token/v/i/e/storyboard-a/index.vtt')
  assert.deepEqual(tiles[1], { fromSeconds: 3604.5, url: 'http://h/p/token/v/i/e/storyboard-a/1.jpg', x: 160, y: 90, width: 160, height: 90 })
  assert.equal(tileAt(tiles, 100), tiles[0])
  assert.equal(tileAt([], 1), undefined)
})

test('chapters as text', () => {
  const chapters = [{ startSeconds: 0, title: 'Opening' }, { startSeconds: 3725, title: 'An hour - later' }]
  assert.deepEqual(parseChapters(`${chaptersText(chapters)}\n\n`), chapters)
  assert.equal(parseChapters('0:00 Good\nno time'), 'no time')
})

test('over the seek bar: the picture of that time and its chapter', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.locator('.player[data-state=playing]').waitFor({ timeout: 30_000 })
  const bar = (await page.getByRole('slider', { name: 'Time' }).boundingBox())!
  await page.mouse.move(bar.x + bar.width * 0.8, bar.y + bar.height / 2)
  const tile = page.locator('.player-seek-tile')
  await tile.waitFor()
  const style = (await tile.getAttribute('style'))!
  assert.match(style, /0\.jpg/)
  assert.match(style, /-160px 0px/)
  assert.equal(await page.locator('.player-seek-title').textContent(), 'The end')
  assert.equal(await page.locator('.player-seek-chapter').count(), 1)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('menuitem', { name: /Chapters/ }).click()
  await page.getByRole('menuitemradio', { name: /The end/ }).click()
  await page.waitForFunction(() => document.querySelector('video')!.currentTime >= 6)
})

test('over the seek bar, after the first token is over: the picture comes under a newer one', { skip }, async () => {
  mock.tokensLiveMs = 2500
  // The last segment is asked for after the first token is over.
  let begun: number | undefined
  mock.media.hold = async (path) => {
    begun ??= Date.now()
    if (/-3\.m4s$/.test(path)) await new Promise((resolve) => setTimeout(resolve, begun! + 3600 - Date.now()))
  }
  try {
    await page.goto(`${mock.origin}/watch/${id}`)
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 4)
    const bar = (await page.getByRole('slider', { name: 'Time' }).boundingBox())!
    await page.mouse.move(bar.x + bar.width * 0.8, bar.y + bar.height / 2)
    const tile = page.locator('.player-seek-tile')
    await tile.waitFor()
    const token = /\/p\/([^/]+)\//.exec((await tile.getAttribute('style'))!)?.[1]
    assert.ok(mock.tokens.size >= 2 && token !== [...mock.tokens.keys()][0], `${token} of ${[...mock.tokens.keys()].join()}`)
  } finally {
    mock.tokensLiveMs = undefined
    mock.media.hold = undefined
  }
})

test('captions are in the menu once, and shown when chosen', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.locator('.player[data-state=playing]').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('menuitem', { name: /Captions/ }).click()
  assert.deepEqual(await page.getByRole('menuitemradio').allTextContents(), ['Off', 'English'])
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  const words = page.locator('.player-text').getByText('Hello there')
  await words.waitFor()
  const frame = (await page.locator('.player').boundingBox())!
  assert.ok((await words.boundingBox())!.y > frame.y + frame.height / 2, 'below the middle')
})

test('the owner chooses a poster, adds and removes captions, writes chapters', { skip }, async () => {
  mock.account = mockAccount
  const url = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
  mock.posters = [{ id: 'attempt1', url, isChosen: true }, { id: 'attempt2', url, atSeconds: 5, isChosen: false }]
  mock.hasExtras = false
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('button', { name: /^Edit/ }).click()
  const chosen = page.waitForRequest((request) => request.method() === 'PATCH')
  await page.getByText('Poster', { exact: true }).click()
  await page.getByRole('radio', { name: 'At 0:05' }).click()
  assert.deepEqual((await chosen).postDataJSON(), { posterId: 'attempt2' })

  await page.locator('summary').getByText('Captions').click()
  await page.locator('input[name=language]').fill('fr')
  await page.locator('input[type=file]').setInputFiles({ name: 'a.vtt', mimeType: 'text/vtt', buffer: Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nx\n') })
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByText('In fr').waitFor()
  await page.getByRole('button', { name: 'Remove English' }).click()
  await page.getByRole('button', { name: 'Remove English' }).waitFor({ state: 'detached' })
  await page.locator('input[type=file]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('nothing') })
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByText(/neither WebVTT nor SubRip/).waitFor()

  await page.locator('summary').getByText('Chapters').click()
  const lines = page.locator('textarea[name=chapters]')
  assert.equal(await lines.inputValue(), '0:00 Opening\n0:06 The end')
  await lines.fill('0:00 One\nwrong')
  await page.getByRole('button', { name: 'Save chapters' }).click()
  await page.getByText('No time and title: “wrong”').waitFor()
  const saved = page.waitForRequest((request) => request.method() === 'PATCH')
  await lines.fill('0:00 One\n0:07 Two')
  await page.getByRole('button', { name: 'Save chapters' }).click()
  assert.deepEqual((await saved).postDataJSON(), { chapters: [{ startSeconds: 0, title: 'One' }, { startSeconds: 7, title: 'Two' }] })
})
