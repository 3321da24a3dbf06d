/** A signed-in viewer on the site in Chromium, who goes from page to page as the site's links do, and notes when a picture is shown. */
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { findProgram } from '../../scripts/setup/programs.mjs'

export type Viewer = {
  page: Page
  /** To the watch page, without loading the site anew. */
  watch(videoId: string): Promise<void>
  /** When the first picture at that place, or up to ten seconds after it, was shown since the last `forget`, in milliseconds since the epoch. */
  shownAt(fromSeconds?: number): Promise<number>
  forget(): Promise<void>
  /** What the page has loaded stays loaded; what it asks for from now on comes from the server. */
  emptyCache(): Promise<void>
  close(): Promise<void>
}

const limitMs = 60_000

export async function openViewer(url: string, account: { handle: string; password: string }): Promise<Viewer> {
  const browser = await chromium.launch({
    executablePath: findProgram('chromium') ?? undefined,
    args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.addInitScript(() => {
    const shown: { mediaTime: number; at: number }[] = []
    Object.assign(window, { shown })
    const follow = (video: HTMLVideoElement) => {
      video.requestVideoFrameCallback((_, { mediaTime }) => {
        shown.push({ mediaTime, at: Date.now() })
        follow(video)
      })
    }
    document.addEventListener('loadstart', ({ target }) => target instanceof HTMLVideoElement && follow(target), true)
  })
  await page.goto(url)
  await page.evaluate(async (body) => {
    await fetch('/api/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  }, account)
  // The player's script is in the browser's cache from now on, as after any visit.
  await page.goto(`${url}/watch/aaaaaaaaaaaaaaaa`, { waitUntil: 'networkidle' })

  return {
    page,
    async watch(videoId) {
      await page.evaluate((path) => history.pushState(null, '', path), `/watch/${videoId}`)
    },
    async shownAt(fromSeconds = 0) {
      for (const since = Date.now(); Date.now() - since < limitMs; await wait(20)) {
        const at = await page.evaluate((from) => {
          const { shown } = window as unknown as { shown: { mediaTime: number; at: number }[] }
          return shown.find(({ mediaTime }) => mediaTime >= from && mediaTime < from + 10)?.at
        }, fromSeconds)
        if (at !== undefined) return at
      }
      throw new Error(`no picture was shown within ${limitMs / 1000} s`)
    },
    async forget() {
      await page.evaluate(() => ((window as unknown as { shown: unknown[] }).shown.length = 0))
    },
    async emptyCache() {
      const session = await page.context().newCDPSession(page)
      await session.send('Network.clearBrowserCache')
      await session.detach()
    },
    close: () => browser.close(),
  }
}
