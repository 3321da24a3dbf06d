/** What a viewer sees of the video element: read from the page, and waited for. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'

export type Playback = { currentTime: number; duration: number; paused: boolean; width: number; height: number; error?: string; stalls: number }

/**
 * Counts stalls from the first picture on: `waiting` outside a seek and with nothing buffered ahead. With bytes at hand it is
 * the machine that can't decode fast enough, which says nothing about ours. Called before the page's own scripts run.
 */
export async function countStalls(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { stalls: 0, hasPlayed: false }
    Object.assign(window, { seen })
    const secondsAhead = ({ buffered, currentTime }: HTMLVideoElement): number => {
      for (let i = 0; i < buffered.length; i++) {
        if (buffered.start(i) <= currentTime && currentTime <= buffered.end(i)) return buffered.end(i) - currentTime
      }
      return 0
    }
    // Media events do not bubble, but they are captured.
    document.addEventListener('playing', () => (seen.hasPlayed = true), true)
    document.addEventListener(
      'waiting',
      (event) => {
        const video = event.target as HTMLVideoElement
        if (seen.hasPlayed && !video.seeking && !video.ended && secondsAhead(video) < 0.25) seen.stalls++
      },
      true,
    )
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
