/** The player in Chromium over lines that change: down without a stall where that can be, and back up. About a minute. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { chromiumPath, launchBrowser } from '../browser.ts'
import { mockVideo, startMockServer } from '../mock-server.ts'
import { makeLadder } from './make-ladder.ts'
import { hspa, lasting, lte, makeTrace, outage, slow3g, type NetworkTrace } from './network-trace.ts'
import { startThrottlingProxy } from './throttling-proxy.ts'

const isBuilt = existsSync(new URL('../../dist/index.html', import.meta.url))
const skip = !chromiumPath ? 'no Chromium here' : isBuilt ? false : 'the site is not built'
const id = 'x'.repeat(16)
const seconds = 120
const seed = Number(process.env['SEED'] ?? 7)

test('the trace is the same for the same seed, and has its levels', () => {
  const levels = [lasting(lte, 30), lasting(outage, 3), lasting(slow3g, 30)]
  const trace = makeTrace(levels, seed, 50)
  assert.deepEqual(trace, makeTrace(levels, seed, 50))
  assert.notDeepEqual(trace, makeTrace(levels, seed + 1, 50))
  const mean = (part: number[]) => part.reduce((sum, one) => sum + one, 0) / part.length
  assert.ok(Math.abs(mean(trace.bitsPerSecond.slice(0, 30)) / lte.bitsPerSecond - 1) < 0.2)
  assert.deepEqual(trace.bitsPerSecond.slice(30, 33), [0, 0, 0])
})

test('lines that change', { skip, concurrency: true, timeout: 150_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-throttled-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  await makeLadder(directory, seconds)

  await Promise.all([
    t.test('LTE to 3G, an outage, and LTE again: down and up without a stall', async (context) => {
      const trace = makeTrace([lasting(lte, 14), lasting(slow3g, 24), lasting(outage, 4), lasting(lte, 28)], seed, 40)
      const { page, heightAt } = await watch(context, directory, trace)
      const startedAt = Date.now()
      await wait(12_000)
      assert.equal(heightAt(), 540, 'the line carries the best')
      const low = await lowestOf(heightAt, 28_000)
      assert.ok(low === 180, `${low}p is too much for ${slow3g.bitsPerSecond} bit/s`)
      // Small segments on a fast line weigh little in Shaka's estimate: it takes some 17 s.
      while (heightAt() <= 180 && Date.now() - startedAt < 68_000) await wait(100)
      assert.ok(heightAt() > 180, 'it rises again')
      assert.equal(await page.locator('.player').getAttribute('data-stalls'), '0', `it stalled (seed ${seed})`)
      const played = await page.evaluate(() => document.querySelector('video')!.currentTime)
      assert.ok(played > 38, `${played} s played`)
    }),
    t.test('an outage longer than what is buffered: it waits, says nothing of an error, and goes on', async (context) => {
      const trace = makeTrace([lasting(slow3g, 6), lasting(outage, 26), lasting(hspa, 40)], seed, 80)
      const { page } = await watch(context, directory, trace)
      await page.locator('.player[data-state=buffering]').waitFor({ timeout: 32_000 })
      await page.locator('.player[data-state=playing]').waitFor({ timeout: 40_000 })
      assert.equal(await page.getByRole('alert').count(), 0)
      assert.ok(Number(await page.locator('.player').getAttribute('data-stalls')) >= 1)
    }),
  ])
})

/** Opens the page over the line; the trace runs from the first picture on. */
async function watch(t: TestContext, directory: string, trace: NetworkTrace): Promise<{ page: Page; heightAt: () => number }> {
  const mock = await startMockServer()
  mock.media = { directory }
  mock.videos.set(id, mockVideo(id, { durationSeconds: seconds }))
  const proxy = await startThrottlingProxy({ port: Number(new URL(mock.origin).port) }, trace)
  mock.origin = proxy.origin
  const browser = await launchBrowser()
  t.after(async () => {
    await browser.close()
    await proxy.close()
    await mock.close()
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const heights: { atMs: number; height: number }[] = []
  let last = 0
  await page.exposeFunction('tellHeight', (height: number) => {
    last = height
    heights.push({ atMs: Math.round(performance.now()), height })
  })
  await page.addInitScript(() => {
    const seen = new MutationObserver(() => {
      const height = Number(document.querySelector<HTMLElement>('.player')?.dataset['height'])
      if (height) (window as unknown as { tellHeight: (height: number) => void }).tellHeight(height)
    })
    document.addEventListener('DOMContentLoaded', () => seen.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-height'] }))
  })
  await page.goto(`${proxy.origin}/watch/${id}`)
  await page.locator('.player[data-state=playing]').waitFor({ timeout: 60_000 })
  proxy.start()
  const startedMs = performance.now()
  t.after(() => t.diagnostic(heights.map(({ atMs, height }) => `${height}p at ${((atMs - startedMs) / 1000).toFixed(1)} s`).join(', ')))
  return { page, heightAt: () => last }
}

/** The lowest that was chosen within so long; at once when it is the lowest of all. */
async function lowestOf(heightAt: () => number, milliseconds: number): Promise<number> {
  let lowest = heightAt()
  for (const since = Date.now(); Date.now() - since < milliseconds && lowest > 180; await wait(50)) lowest = Math.min(lowest, heightAt())
  return lowest
}
