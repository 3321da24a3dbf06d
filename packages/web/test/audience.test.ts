/** The owner's charts: their shapes, and that Chromium shows them to the owner alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AudienceAnswer } from '@sluice/contract'
import { hourBars, retentionPath, spanOf } from '../src/video/audience-shapes.ts'
import { mockAccount, mockVideo } from './mock-server.ts'
import { id, openStage, skip } from './stage.ts'

const hourMs = 3_600_000
const to = 500_000 * hourMs + 1000

const hour = (back: number, views: number): AudienceAnswer['hours'][number] => ({
  at: to - 1000 - back * hourMs, playbacks: views + 1, views, playedSeconds: 600, startup: { medianMs: 200, p95Ms: 900 }, rebufferRatio: 0.004, averageBitsPerSecond: 1_800_000, stalls: 1, switches: 3, errors: 0,
})
const { at: _at, ...figures } = hour(0, 7)
const audience: AudienceAnswer = {
  from: to - 7 * 24 * hourMs, to,
  totals: { ...figures, errors: 2, errorCodes: { shaka_1002: 2 } },
  hours: [hour(167, 2), hour(1, 4), hour(0, 1)],
  delivery: { sessions: 0, requests: 0, starved: 0, switches: 0 },
  allTime: { views: 41, playbacks: 50, retention: Array.from({ length: 100 }, (_, part) => 1 - part / 200) },
}

test('bars lie at their hour, the curve goes from the left to the right', () => {
  const span = spanOf(audience)
  assert.equal(span.to - span.from, 169)
  assert.deepEqual(hourBars(audience.hours, span, ({ views }) => views).map(({ x, value }) => [x, value]), [[1, 2], [167, 4], [168, 1]])
  assert.deepEqual(hourBars(audience.hours, span, ({ errors }) => errors), [])
  assert.equal(retentionPath([1, 0.5], 40), 'M0 40L0 0H50L50 20H100V40Z')
})

test('the owner sees figures and charts, asked for when they are opened; others see none', { skip }, async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const { mock, browser } = stage
  mock.videos.set(id, mockVideo(id))
  mock.audience = audience
  const page = await browser.newPage()
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('/audience') && asked.push(request.url()))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.getByRole('heading', { name: `Video ${id}` }).waitFor()
  assert.equal(await page.getByText('Audience').count(), 0)

  mock.account = mockAccount
  await page.reload()
  await page.getByText('Audience').waitFor()
  assert.deepEqual(asked, [])
  await page.getByText('Audience').click()
  await page.getByText('2, mostly shaka_1002').waitFor()
  for (const text of ['41', '200 ms', '900 ms', '0.40 %', '1.8 Mbit/s']) assert.ok((await page.locator('.audience-figures').innerText()).includes(text), text)
  await page.getByRole('img', { name: /^At the start 100 %, in the middle 7\d %, at the end 5\d %$/ }).waitFor()
  const views = page.getByRole('img', { name: 'Views by the hour, at most 4 views an hour' })
  assert.equal(await views.locator('rect').count(), 3)
  const box = (await views.boundingBox())!
  const bar = (await views.locator('rect').nth(1).boundingBox())!
  assert.ok(Math.abs(bar.height - box.height) < 2, 'the most is as high as the chart')
  assert.ok(bar.x > box.x + 0.95 * box.width)
})
