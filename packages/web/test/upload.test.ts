/** Uploading in Chromium against the mock: progress, pause, a reload in the middle, live state, errors. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { mockAccount, type MockServer } from './mock-server.ts'
import { openStage, skip, type Stage } from './stage.ts'

let stage: Stage
let mock: MockServer
let film: string
let page: Page

before(async () => {
  if (skip) return
  stage = await openStage()
  mock = stage.mock
  film = join(stage.directory, 'my_film.mp4')
  writeFileSync(film, Buffer.alloc(6 * 2 ** 20, 7))
  writeFileSync(join(stage.directory, 'empty.mp4'), '')
  writeFileSync(join(stage.directory, 'other.mp4'), 'other')
})
after(() => stage?.close())
beforeEach(async () => {
  if (skip) return
  await page?.close({ runBeforeUnload: false })
  mock.videos.clear()
  mock.uploads.clear()
  mock.account = mockAccount
  mock.beforePart = undefined
  mock.beforeAnswer = undefined
  page = await (await stage.browser.newContext({ viewport: { width: 1100, height: 800 } })).newPage()
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto(`${mock.origin}/upload`)
  await page.locator('.drop').waitFor()
})

/** Parts above `number` wait until `open` is called. */
function holdPartsAbove(number: number): { open: () => void } {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  mock.beforePart = (partNumber) => (partNumber > number ? opened : Promise.resolve())
  return { open }
}

test('a file goes up, its title is edited meanwhile, and it can be watched as soon as it plays', { skip }, async () => {
  const gate = holdPartsAbove(3)
  await page.locator('.drop input').setInputFiles(film)
  const card = page.locator('.upload-card')
  await card.locator('[role=progressbar]').waitFor()
  await card.getByLabel('Title').fill('A better title')
  await card.getByRole('button', { name: 'Save' }).click()
  await card.getByText('Saved').waitFor()
  await card.getByText(/of 6\.3 MB/).waitFor()
  gate.open()
  await page.locator('.upload-card[data-phase=done]').waitFor()
  const [video] = mock.videos.values()
  assert.equal(video!.title, 'A better title')
  assert.equal(await card.getByRole('link', { name: 'Watch' }).count(), 0)
  mock.emit(video!.id, { state: 'playable', progress: 0.2 })
  await card.getByRole('link', { name: 'Watch' }).waitFor()
  await card.getByText('Encoding 20 %').waitFor()
  mock.emit(video!.id, { state: 'ready', progress: 1 })
  await card.getByText('Ready in every quality.').waitFor()
})

test('pause and continue', { skip }, async () => {
  const gate = holdPartsAbove(2)
  await page.locator('.drop input').setInputFiles(film)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText(/Paused at/).waitFor()
  gate.open()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('.upload-card[data-phase=done]').waitFor()
})

test('after a reload the upload asks for the same file, refuses another and goes on where it stopped', { skip }, async () => {
  const gate = holdPartsAbove(3)
  await page.locator('.drop input').setInputFiles(film)
  const upload = await until(() => [...mock.uploads.values()].find(({ parts }) => parts.size === 3))
  await page.reload()
  const card = page.locator('.upload-card[data-phase=unfinished]')
  await card.getByText(/50 % is on the server/).waitFor()
  await card.locator('input[type=file]').setInputFiles(join(stage.directory, 'other.mp4'))
  await card.getByText(/That is another file/).waitFor()
  const sent: number[] = []
  mock.beforePart = async (partNumber) => void sent.push(partNumber)
  gate.open()
  await card.locator('input[type=file]').setInputFiles(film)
  await page.locator('.upload-card[data-phase=done]').waitFor()
  assert.equal(mock.uploads.size, 1, 'no second upload was begun')
  assert.equal(upload.parts.size, 6)
  assert.deepEqual(sent.sort(), [4, 5, 6])
})

test('cancelling removes it from the server', { skip }, async () => {
  holdPartsAbove(1)
  await page.locator('.drop input').setInputFiles(film)
  await until(() => mock.uploads.size === 1 || undefined)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel the upload' }).click()
  await page.locator('.upload-card').waitFor({ state: 'detached' })
  assert.equal(mock.uploads.size, 0)
})

test('cancelling after everything was sent deletes the video, and says when that failed', { skip }, async () => {
  const parts = holdPartsAbove(3)
  let complete!: () => void
  const completed = new Promise<void>((resolve) => (complete = resolve))
  let isRefusing = true
  mock.beforeAnswer = async (route) => {
    if (route.endsWith('/complete')) await completed
    if (route.startsWith('DELETE videos') && isRefusing) return 'internal'
  }
  await page.locator('.drop input').setInputFiles(film)
  await page.locator('.upload-card[data-phase=uploading]').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  parts.open()
  await page.locator('.upload-card[data-phase=completing]').waitFor()
  await page.getByText('Everything is sent already.').waitFor()
  await page.getByRole('button', { name: 'Cancel the upload' }).click()
  complete()
  await page.getByRole('dialog').getByText('Something went wrong on our side').waitFor()
  assert.equal(mock.videos.size, 1)
  isRefusing = false
  await page.getByRole('button', { name: 'Cancel the upload' }).click()
  await page.locator('.upload-card').waitFor({ state: 'detached' })
  assert.equal(mock.videos.size, 0)
})

test('a file chosen again in a browser that knows nothing of its upload takes the place of the unfinished video', { skip }, async () => {
  const gate = holdPartsAbove(3)
  await page.getByLabel('Who may watch new uploads').selectOption('private')
  await page.locator('.drop input').setInputFiles(film)
  const [earlier] = await until(() => (mock.videos.size === 1 ? [...mock.videos.values()] : undefined))
  mock.emit(earlier!.id, { title: 'Secret', description: 'Words.' })
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  gate.open()
  await page.locator('.upload-card[data-phase=unfinished] input[type=file]').setInputFiles(film)
  await page.locator('.upload-card[data-phase=done]').waitFor()
  await page.getByText('is sent from the start').waitFor()
  const [video] = await until(() => (mock.videos.size === 1 ? [...mock.videos.values()] : undefined))
  assert.equal(await page.locator('.upload-card[data-phase=unfinished]').count(), 0)
  assert.notEqual(video!.id, earlier!.id)
  assert.deepEqual([video!.visibility, video!.title, video!.description], ['private', 'Secret', 'Words.'])
})

test('an earlier video that was completed meanwhile, in another tab, stays', { skip }, async () => {
  const gate = holdPartsAbove(3)
  await page.locator('.drop input').setInputFiles(film)
  const [earlier] = await until(() => (mock.videos.size === 1 ? [...mock.videos.values()] : undefined))
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  gate.open()
  await page.locator('.upload-card[data-phase=unfinished]').waitFor()
  mock.videos.set(earlier!.id, { ...mock.videos.get(earlier!.id)!, state: 'ready' })
  await page.locator('.upload-card[data-phase=unfinished] input[type=file]').setInputFiles(film)
  await page.locator('.upload-card[data-phase=done]').waitFor()
  await page.waitForTimeout(500)
  assert.equal(mock.videos.get(earlier!.id)?.state, 'ready')
})

test('cancelled before it went on, an earlier upload is removed with what was sent of it', { skip }, async () => {
  const gate = holdPartsAbove(3)
  await page.locator('.drop input').setInputFiles(film)
  await until(() => (mock.videos.size === 1 ? true : undefined))
  await page.reload()
  mock.beforeAnswer = async (route) => (route.startsWith('GET uploads') ? new Promise<undefined>(() => {}) : undefined)
  await page.locator('.upload-card[data-phase=unfinished] input[type=file]').setInputFiles(film)
  await page.locator('.upload-card[data-phase=starting]').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel the upload' }).click()
  await page.locator('.upload-card').waitFor({ state: 'detached' })
  gate.open()
  assert.equal(mock.videos.size, 0)
})

test('what waits for its turn waits for its account: it is not begun as another that signs in here', { skip }, async () => {
  const gate = holdPartsAbove(1)
  await page.locator('.drop input').setInputFiles(threeFilms())
  await until(() => mock.uploads.size === 2 || undefined)
  await page.getByLabel('Account of ada').click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn('bob')
  await page.getByRole('link', { name: 'Upload', exact: true }).click()
  gate.open()
  await page.locator('.drop').waitFor()
  await page.waitForTimeout(500)
  assert.equal(await page.getByRole('region', { name: 'Uploads' }).count(), 0)
  assert.equal(mock.uploads.size, 2)
  await page.getByLabel('Account of bob').click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn('ada')
  await page.getByRole('link', { name: 'Upload', exact: true }).click()
  await page.locator('.upload-card[data-phase=done]').waitFor()
  assert.equal(mock.uploads.size, 3)
  for (let left = 2; left > 0; left--) await page.getByRole('button', { name: 'Continue' }).first().click()
  await until(async () => (await page.locator('.upload-card[data-phase=done]').count()) === 3 || undefined)
})

test('nor as another that signed in in another tab', { skip }, async () => {
  const gate = holdPartsAbove(1)
  await page.locator('.drop input').setInputFiles(threeFilms())
  await until(() => mock.uploads.size === 2 || undefined)
  mock.account = { ...mockAccount, id: 'b'.repeat(16), handle: 'bob' }
  gate.open()
  await page.getByLabel('Account of bob').waitFor()
  assert.equal(await page.getByRole('region', { name: 'Uploads' }).count(), 0)
  assert.equal(mock.uploads.size, 2)
})

test('an outage fails an upload for now; nobody is signed out by it', { skip }, async () => {
  mock.beforeAnswer = async (route) => (route === 'GET accounts/me' ? 'internal' : undefined)
  await page.locator('.drop input').setInputFiles(film)
  await page.locator('.upload-card[data-phase=failed]').waitFor()
  await page.getByLabel('Account of ada').waitFor()
  mock.beforeAnswer = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('.upload-card[data-phase=done]').waitFor()
})

test('an empty file is refused with a sentence, beside one that goes up', { skip }, async () => {
  await page.locator('.drop input').setInputFiles([join(stage.directory, 'empty.mp4'), film])
  await page.getByText('The file is empty').waitFor()
  await page.locator('.upload-card[data-phase=done]').waitFor()
})

function threeFilms(): string[] {
  const names = ['one.mp4', 'two.mp4', 'three.mp4'].map((name) => join(stage.directory, name))
  for (const name of names) writeFileSync(name, Buffer.alloc(2 * 2 ** 20, 7))
  return names
}

async function signIn(handle: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in' }).first().click()
  await page.getByLabel('Handle').fill(handle)
  await page.getByLabel('Password').fill('a long enough sentence')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel(`Account of ${handle}`).waitFor()
}

async function until<Found>(look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  for (let turn = 0; turn < 600; turn++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not happen within 30 s')
}
