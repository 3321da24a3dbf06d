/** What a viewer sees of the video element: read from the page, and waited for. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'

export type Playback = { currentTime: number; duration: number; paused: boolean; width: number; height: number; error?: string; stalls: number }

/** Counts from the first picture on: `waiting` events outside a seek. Before the page's own scripts. */
export async function countStalls(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { stalls: 0, hasPlayed: false }
    Object.assign(window, { seen })
    // Media events do not bubble, but they are captured.
    document.addEventListener('playing', () => (seen.hasPlayed = true), true)
    document.addEventListener('waiting', (event) => (seen.stalls += seen.hasPlayed && !(event.target as HTMLVideoElement).seeking ? 1 : 0), true)
  })
}

export function readPlayback(page: Page): Promise<Playback> {
  return page.evaluate(() => {
    const video = document.querySelector('video')
    const { seen } = window as unknown as { seen: { stalls: number } }
    return {
      currentTime: video?.currentTime ?? 0,
      duration: video?.duration ?? 0,
      paused: video?.paused ?? true,
      width: video?.videoWidth ?? 0,
      height: video?.videoHeight ?? 0,
      error: video?.error?.message,
      stalls: seen.stalls,
    }
  })
}

/** The playback once `holds` is true of it; fails with what it is instead after `limitMs`. */
export async function untilPlayback(page: Page, what: string, holds: (playback: Playback) => boolean, limitMs = 60_000): Promise<Playback> {
  for (const since = Date.now(); ; await wait(100)) {
    const playback = await readPlayback(page)
    if (holds(playback)) return playback
    assert.ok(Date.now() - since < limitMs, `${what} did not come: ${JSON.stringify(playback)}`)
  }
}
