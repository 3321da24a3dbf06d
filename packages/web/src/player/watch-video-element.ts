/** Turns a video element's events, and the engine's word on buffering, into the store's state; counts stalls. */
import type { PlayerStatus, PlayerStore } from './player-state.ts'
import { secondsAhead } from './seconds-ahead.ts'

export type Watch = {
  /** The next wait is wanted (load, switch): it is no stall. */
  expectWait: () => void
  /** The engine halts the clock until enough is buffered, or lets it go: the element itself says nothing of that. */
  setHeld: (isHeld: boolean) => void
  end: () => void
}

/** So much must have played after a seek or a switch for the next wait to count as a stall. */
const settledAfterSeconds = 0.5
const hungryBelowSeconds = 0.5

/** `attenuation`: what the viewer's volume is multiplied by before the element gets it. */
export function watchVideoElement(video: HTMLVideoElement, root: HTMLElement, store: PlayerStore, attenuation: () => number): Watch {
  const listeners = new AbortController()
  const { signal } = listeners
  let expectedFrom: number | undefined = 0
  let isHeld = false

  const on = (types: string, listener: () => void) => {
    for (const type of types.split(' ')) video.addEventListener(type, listener, { signal })
  }
  const setStatus = (status: PlayerStatus) => {
    if (store.read().status !== 'error') store.change({ status })
  }
  const isAtEnd = () => video.ended || (video.duration > 0 && video.currentTime >= video.duration - 0.2)
  const expectWait = () => void (expectedFrom = video.currentTime)

  function wait(): void {
    if (video.paused || isAtEnd()) return
    const { started, status, stalls } = store.read()
    // A slow machine also waits for its decoder, with bytes in plenty: that is no stall of the stream.
    const isHungry = secondsAhead(video) < hungryBelowSeconds
    if (isHungry && expectedFrom === undefined && started && status !== 'buffering') store.change({ stalls: stalls + 1 })
    setStatus('buffering')
  }
  function run(): void {
    if (video.paused || isHeld) return
    store.change({ status: 'playing', started: true, needsClick: false, error: undefined })
  }

  on('loadedmetadata durationchange', () => store.change({ durationSeconds: Number.isFinite(video.duration) ? video.duration : 0 }))
  on('timeupdate seeking seeked progress', () => store.change({ currentSeconds: video.currentTime, buffered: rangesOf(video.buffered) }))
  on('timeupdate', () => {
    if (expectedFrom === undefined || video.seeking || isHeld) return
    if (video.currentTime > expectedFrom + settledAfterSeconds) expectedFrom = undefined
  })
  on('play', () => setStatus(isHeld || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? 'buffering' : 'playing'))
  on('playing', run)
  on('pause', () => setStatus(video.ended ? 'ended' : 'paused'))
  on('ended', () => setStatus('ended'))
  on('seeking', () => {
    expectWait()
    if (store.read().status === 'ended') setStatus('paused')
  })
  on('waiting', wait)
  on('volumechange', () => store.change({ volume: Math.min(1, video.volume / attenuation()), isMuted: video.muted }))
  on('ratechange', () => video.playbackRate > 0 && store.change({ rate: video.playbackRate }))
  on('enterpictureinpicture', () => store.change({ isPictureInPicture: true }))
  on('leavepictureinpicture', () => store.change({ isPictureInPicture: false }))
  document.addEventListener('fullscreenchange', () => store.change({ isFullscreen: document.fullscreenElement === root }), { signal })

  return {
    expectWait,
    setHeld(next) {
      isHeld = next
      if (next) wait()
      else if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && store.read().status === 'buffering') run()
    },
    end: () => listeners.abort(),
  }
}

function rangesOf(ranges: TimeRanges): [number, number][] {
  return Array.from({ length: ranges.length }, (_, index) => [ranges.start(index), ranges.end(index)])
}
