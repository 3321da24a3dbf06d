/** Turns a video element's events into the store's state, and counts stalls. */
import type { PlayerStatus, PlayerStore } from './player-state.ts'

/** `expectWait` says that the next wait is wanted (load, switch); `end` stops listening. */
export function watchVideoElement(video: HTMLVideoElement, root: HTMLElement, store: PlayerStore): { expectWait: () => void; end: () => void } {
  const listeners = new AbortController()
  const { signal } = listeners
  let waitIsExpected = true

  const on = (types: string, listener: () => void) => {
    for (const type of types.split(' ')) video.addEventListener(type, listener, { signal })
  }
  const setStatus = (status: PlayerStatus) => {
    if (store.read().status !== 'error') store.change({ status })
  }
  const isAtEnd = () => video.ended || (video.duration > 0 && video.currentTime >= video.duration - 0.2)
  const readTime = () => store.change({ currentSeconds: video.currentTime, buffered: rangesOf(video.buffered) })

  on('loadedmetadata durationchange', () => store.change({ durationSeconds: Number.isFinite(video.duration) ? video.duration : 0 }))
  on('timeupdate seeking seeked progress', readTime)
  on('play', () => setStatus(video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? 'buffering' : 'playing'))
  on('playing', () => {
    waitIsExpected = false
    store.change({ started: true, needsClick: false, error: undefined })
    store.change({ status: 'playing' })
  })
  on('pause', () => setStatus(video.ended ? 'ended' : 'paused'))
  on('ended', () => setStatus('ended'))
  on('seeking', () => {
    waitIsExpected = true
    if (store.read().status === 'ended') setStatus('paused')
  })
  on('seeked', () => {
    if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) waitIsExpected = false
  })
  on('canplay', () => {
    if (!video.seeking) waitIsExpected = false
    if (!video.paused && store.read().status === 'buffering') setStatus('playing')
  })
  on('waiting', () => {
    if (video.paused || isAtEnd()) return
    if (!waitIsExpected && store.read().started) store.change({ stalls: store.read().stalls + 1 })
    setStatus('buffering')
  })
  on('volumechange', () => store.change({ volume: video.volume, isMuted: video.muted }))
  on('ratechange', () => store.change({ rate: video.playbackRate }))
  on('enterpictureinpicture', () => store.change({ isPictureInPicture: true }))
  on('leavepictureinpicture', () => store.change({ isPictureInPicture: false }))
  document.addEventListener('fullscreenchange', () => store.change({ isFullscreen: document.fullscreenElement === root }), { signal })

  return { expectWait: () => (waitIsExpected = true), end: () => listeners.abort() }
}

function rangesOf(ranges: TimeRanges): [number, number][] {
  return Array.from({ length: ranges.length }, (_, index) => [ranges.start(index), ranges.end(index)])
}
