/** The pages in Chromium against the mock: signing in, the grid, live states, editing, deleting. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { mockAccount, mockVideo, type MockServer } from './mock-server.ts'
import { openStage, skip, type Stage } from './stage.ts'

const idOf = (number: number) => String(number).padStart(16, 'x')

let stage: Stage
let mock: MockServer
let page: Page
let faults: string[]

before(async () => {
  if (skip) return
  stage = await openStage()
  mock = stage.mock
})
after(() => stage?.close())
beforeEach(async () => {
  if (skip) return
  await page?.close()
  mock.videos.clear()
  mock.account = undefined
  mock.beforeAnswer = undefined
  faults = []
  page = await stage.browser.newPage({ viewport: { width: 1100, height: 800 } })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (entry) => entry.text().includes('Content Security Policy') && faults.push(entry.text()))
})

test('an empty site tells the first step, and signing up leads to it without keeping the token', { skip }, async () => {
  await page.goto(mock.origin)
  await page.getByRole('link', { name: 'Make an account' }).click()
  await page.getByLabel('Handle').fill('ada')
  await page.getByLabel('Password').fill('a long enough sentence')
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page.getByText('Drop video files here').waitFor()
  assert.equal(new URL(page.url()).pathname, '/upload')
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  assert.doesNotMatch(kept, /never-kept/)
  assert.deepEqual(faults, [])
})

test('a wrong password is said in a sentence', { skip }, async () => {
  await page.goto(`${mock.origin}/sign-in`)
  await page.getByLabel('Handle').fill('ada')
  await page.getByLabel('Password').fill('wrong wrong wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  assert.match((await page.getByRole('alert').textContent()) ?? '', /Handle or password is wrong/)
})

test('the address to go to after signing in stays on this site', { skip }, async () => {
  await page.goto(`${mock.origin}/sign-in?next=//elsewhere.example/`)
  await page.getByLabel('Handle').fill('ada')
  await page.getByLabel('Password').fill('a long enough sentence')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${mock.origin}/`)
})

test('the grid goes on as the reader scrolls', { skip }, async () => {
  for (let number = 0; number < 60; number++) mock.videos.set(idOf(number), mockVideo(idOf(number), { createdAt: Date.now() - number * 1000 }))
  await page.goto(mock.origin)
  await page.locator('.card h2').first().waitFor()
  assert.equal(await page.locator('.card h2').count(), 24)
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.locator('.card h2').nth(40).waitFor()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.locator('.card h2').nth(59).waitFor()
})

test('a next page that fails is asked for again by the reader alone', { skip }, async () => {
  for (let number = 0; number < 30; number++) mock.videos.set(idOf(number), mockVideo(idOf(number), { createdAt: Date.now() - number * 1000 }))
  let asked = 0
  mock.beforeAnswer = async (route) => (route.includes('cursor=24') && ++asked ? 'internal' : undefined)
  await page.goto(mock.origin)
  await page.locator('.card h2').first().waitFor()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.getByText('Something went wrong on our side').waitFor()
  await page.waitForTimeout(1000)
  assert.equal(asked, 1)
  mock.beforeAnswer = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('.card h2').nth(29).waitFor()
  await page.getByText('Something went wrong on our side').waitFor({ state: 'detached' })
})

test('the watch page follows a video from its inspection to the player', { skip }, async () => {
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { state: 'inspecting', progress: 0 }))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByText('Getting it ready').waitFor()
  mock.emit(id, { state: 'playable', progress: 0.25 })
  await page.locator('.player').waitFor()
  await page.getByText('Still encoding: 25 %').waitFor()
  mock.emit(id, { progress: 0.5 })
  await page.getByText('Still encoding: 50 %').waitFor()
  mock.emit(id, { state: 'ready', progress: 1 })
  await page.getByText('Still encoding').waitFor({ state: 'detached' })
  assert.deepEqual(faults, [])
})

test('a failed video tells why; one that is not there is not found', { skip }, async () => {
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { state: 'failed', failure: { code: 'not_media', message: 'This file is not a video.' } }))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByText('This file is not a video.').waitFor()
  await page.goto(`${mock.origin}/watch/${idOf(9)}`)
  await page.getByText('This video is not here').waitFor()
  await page.goto(`${mock.origin}/no/such/page`)
  await page.getByText('There is nothing here').waitFor()
})

test('the owner edits and deletes; others see no such buttons', { skip }, async () => {
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { title: 'Old title' }))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('heading', { name: 'Old title' }).waitFor()
  assert.equal(await page.getByRole('button', { name: /^Edit/ }).count(), 0)
  mock.account = mockAccount
  await page.goto(`${mock.origin}/my`)
  await page.getByRole('button', { name: 'Edit Old title' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('New title')
  await page.getByLabel('Who may watch').selectOption('private')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'New title' }).waitFor()
  assert.equal(mock.videos.get(id)!.visibility, 'private')
  await page.getByRole('button', { name: 'Delete New title' }).click()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('Nothing here yet').waitFor()
  assert.equal(mock.videos.size, 0)
})

test('a saved title leaves alone what was changed elsewhere meanwhile', { skip }, async () => {
  mock.account = mockAccount
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { title: 'Old title' }))
  await page.goto(`${mock.origin}/my`)
  await page.getByRole('button', { name: 'Edit Old title' }).click()
  mock.emit(id, { visibility: 'private' })
  await page.getByRole('textbox', { name: 'Title' }).fill('New title')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'New title' }).waitFor()
  assert.equal(mock.videos.get(id)!.visibility, 'private')
  await page.getByRole('button', { name: 'Edit New title' }).click()
  assert.equal(await page.getByLabel('Who may watch').inputValue(), 'private')
})

test('my videos show progress by themselves', { skip }, async () => {
  mock.account = mockAccount
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { state: 'playable', progress: 0.1 }))
  await page.goto(`${mock.origin}/my`)
  await page.getByText('Encoding 10 %').waitFor()
  mock.emit(id, { state: 'ready', progress: 1 })
  await page.locator(`[data-video="${id}"][data-state=ready]`).waitFor()
})

test('a failed video says what exactly to its owner, and is tried again', { skip }, async () => {
  mock.account = mockAccount
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { title: 'Trees', state: 'failed', failure: { code: 'encode_failed', message: 'It could not be encoded.' }, failureDetail: 'chunk 3 of the picture: stalled' }))
  await page.goto(`${mock.origin}/my`)
  await page.getByText('What exactly').click()
  await page.getByText('chunk 3 of the picture: stalled').waitFor()
  await page.getByRole('button', { name: 'Try Trees again' }).click()
  await page.locator(`[data-video="${id}"][data-state=inspecting]`).waitFor()
  assert.equal(await page.getByRole('button', { name: /^Try / }).count(), 0)
})

test('downloads are for the owner, and for viewers once the owner lets them', { skip }, async () => {
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { title: 'Trees' }))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('heading', { name: 'Trees' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Download' }).count(), 0)
  mock.account = mockAccount
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('button', { name: 'Download' }).click()
  assert.equal(await page.getByRole('link', { name: '854 × 480' }).getAttribute('href'), `${mock.origin}/media/film.mp4`)
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Edit Trees' }).click()
  await page.getByLabel('may also download').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(mock.videos.get(id)!.downloadable, true)
  mock.account = undefined
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('button', { name: 'Download' }).waitFor()
})

test('no page is wider than a small phone', { skip }, async () => {
  mock.account = mockAccount
  const id = idOf(1)
  mock.videos.set(id, mockVideo(id, { title: 'Averyveryverylongtitlewithoutanyspaceinitatallthatmustbreaksomewhere' }))
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of ['/', '/upload', '/my', `/watch/${id}`, '/sign-in', '/nowhere']) {
    await page.goto(mock.origin + path)
    await page.locator('main h1, main h2, main .drop').first().waitFor({ state: 'attached' })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`)
  }
})
