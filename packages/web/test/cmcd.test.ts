/** What the player tells the server with its requests (CMCD), as Chromium sends it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCmcd } from '../../server/src/stream/cmcd.ts'
import { withStarved } from '../src/player/cmcd.ts'
import { mockVideo } from './mock-server.ts'
import { id, openStage, skip } from './stage.ts'

test('bs is put among the keys, and only where there are keys', () => {
  assert.equal(withStarved('http://a/1.m4s'), 'http://a/1.m4s')
  assert.equal(new URL(withStarved('http://a/1.m4s?CMCD=bl%3D0%2Csu')).searchParams.get('CMCD'), 'bl=0,bs,su')
})

test('buffer, start and stall are in the query; the next address is not', { skip }, async (t) => {
  const stage = await openStage({ withMedia: true })
  t.after(() => stage.close())
  const { mock, browser } = stage
  mock.videos.set(id, mockVideo(id, { durationSeconds: 10 }))
  let release!: () => void
  const held = new Promise<void>((resolve) => (release = resolve))
  mock.media.hold = (path) => (/-3\.m4s$/.test(path) ? held : Promise.resolve())
  const page = await browser.newPage()
  const asked: URL[] = []
  page.on('request', (request) => request.url().includes('/media/') && asked.push(new URL(request.url())))
  await page.goto(`${mock.origin}/watch/${id}`)
  await page.locator('.player[data-state=buffering][data-started=true]').waitFor()
  release()
  await page.waitForFunction(() => document.querySelector('video')!.currentTime > 6)

  const told = asked.map(({ pathname, search }) => ({ pathname, text: decodeURIComponent(search), ...parseCmcd(search.slice(1))! }))
  const segments = told.filter(({ pathname }) => pathname.endsWith('.m4s'))
  assert.ok(segments.length >= 8, 'picture and sound')
  for (const one of segments) {
    assert.equal(one.contentId, id)
    assert.match(one.sessionId!, /^[0-9a-f]{32}$/)
    assert.equal(one.sessionId, segments[0]!.sessionId)
    assert.match(one.objectType!, /^[va]$/)
    assert.ok(one.bitrateKbps! > 50)
    assert.ok(Math.abs(one.durationMs! - 2000) < 300)
    assert.doesNotMatch(one.text, /nor=|nrr=/)
  }
  assert.ok(segments[0]!.isStarting, 'nothing plays yet')
  assert.equal(segments[0]!.bufferMs, undefined)
  assert.equal(segments.filter(({ hasStarved }) => hasStarved).length, 1, 'one stall is told once')
  const last = segments.at(-1)!
  assert.equal(last.isStarting, false)
  assert.ok(last.bufferMs! > 0)
  assert.equal(told[0]!.objectType, 'm')
})
