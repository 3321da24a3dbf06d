/** What the player reports of a playback, in Chromium: start-up, stalls, sizes, what was seen, and the last word when the page goes. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { PlaybackReport } from '@sluice/contract'
import type { Page } from 'playwright-core'
import { Value } from 'typebox/value'
import { addWatched, type WatchedRange } from '../src/player/watched-ranges.ts'
import { mockVideo, type MockServer } from './mock-server.ts'
import { id, openStage, skip, type Stage } from './stage.ts'

let stage: Stage
let mock: MockServer
let page: Page

before(async () => {
  if (skip) return
  stage = await openStage({ withMedia: true })
  mock = stage.mock
  mock.videos.set(id, mockVideo(id, { durationSeconds: 10 }))
})
after(() => stage?.close())
beforeEach(async () => {
  if (skip) return
  mock.media = { directory: stage.directory }
  mock.reports = []
  page = await stage.browser.newPage()
})
afterEach(() => page?.close())

const isBeyond = (seconds: number) => page.waitForFunction((least) => (document.querySelector('video')?.currentTime ?? 0) > least, seconds)

async function untilReported(holds: (report: PlaybackReport) => boolean): Promise<PlaybackReport> {
  for (const since = Date.now(); ; await wait(50)) {
    const found = mock.reports.find(holds)
    if (found) return found
    assert.ok(Date.now() - since < 30_000, `not reported: ${JSON.stringify(mock.reports)}`)
  }
}

/** Of every report: the wire schema, the session, one playback, rising numbers. */
function assertInOrder(): void {
  for (const [index, report] of mock.reports.entries()) {
    assert.ok(Value.Check(PlaybackReport, report), JSON.stringify([...Value.Errors(PlaybackReport, report)]))
    assert.equal(report.playbackId, mock.reports[0]!.playbackId)
    assert.equal(report.token, '1.k.9.3.0.s.x')
    assert.equal(report.sequence, index)
  }
}

test('start-up at once; a stall, sizes and what was seen at the end', { skip }, async () => {
  let release!: () => void
  const held = new Promise<void>((resolve) => (release = resolve))
  mock.media.hold = (path) => (/-3\.m4s$/.test(path) ? held : Promise.resolve())
  await page.goto(`${mock.origin}/watch/${id}`)
  const first = await untilReported(() => true)
  assert.ok(first.startupMs! > 10 && first.startupMs! < 20_000, `${first.startupMs} ms`)
  assert.equal(first.stalls, 0)
  await page.locator('.player[data-state=buffering][data-started=true]').waitFor()
  await wait(1000)
  release()
  await page.locator('.player[data-state=ended]').waitFor({ timeout: 30_000 })
  const last = await untilReported(({ watched }) => (watched[0]?.[1] ?? 0) > 9)
  assertInOrder()
  assert.equal(last.stalls, 1)
  assert.ok(last.stalledMs > 900 && last.stalledMs < 10_000, `${last.stalledMs} ms of stall`)
  assert.ok(Math.abs(last.playedMs - 10_000) < 2500, `${last.playedMs} ms played`)
  assert.equal(last.watched.length, 1)
  assert.ok(last.watched[0]![0] < 0.5 && last.watched[0]![1] > 9.5)
  assert.ok(last.ratedMs > 0.8 * last.playedMs)
  const bitsPerSecond = (last.kilobits / last.ratedMs) * 1e6
  assert.ok(bitsPerSecond > 100_000 && bitsPerSecond < 1_500_000, `${bitsPerSecond} bit/s`)
  assert.ok(last.switches >= 1, 'it began with the lowest')
})

test('a seek leaves a gap in what was seen; a page that is closed has the last word', { skip }, async () => {
  await page.goto(`${mock.origin}/watch/${id}`)
  await isBeyond(1)
  await page.evaluate(() => (document.querySelector('video')!.currentTime = 6))
  await isBeyond(7)
  await page.close({ runBeforeUnload: false })
  const last = await untilReported(({ watched }) => watched.length === 2)
  assertInOrder()
  assert.ok(last.watched[0]![1] < 3 && Math.abs(last.watched[1]![0] - 6) < 0.6, JSON.stringify(last.watched))
  assert.equal(last.stalls, 0, 'a seek is no stall')
})

test('an error is reported by its code', { skip }, async () => {
  mock.media.refuse = (path) => (path.endsWith('.mpd') ? 410 : undefined)
  await page.goto(`${mock.origin}/watch/${id}`)
  // The last word of the page before may still be on its way.
  const { errors, startupMs } = await untilReported((report) => report.errors.length > 0)
  assert.deepEqual(errors, [{ code: 'expired', count: 1 }])
  assert.equal(startupMs, undefined)
})

test('ranges join where they meet, and stay few', () => {
  const ranges: WatchedRange[] = []
  for (const [from, to] of [[10, 11], [0, 1], [1.2, 2], [20, 21], [10.5, 12], [1, 10]] as const) addWatched(ranges, from, to)
  assert.deepEqual(ranges, [[0, 12], [20, 21]])
  for (let at = 100; at <= 6300; at += 100) addWatched(ranges, at, at + 1)
  assert.equal(ranges.length, 64)
  assert.deepEqual(ranges[0], [0, 21], 'the nearest became one')
})
