/** Measures how a playback goes: what was seen, how long it took to start, how long it stood still. Sums since its beginning. */
import type { OnPlayback, PlaybackSums } from './playback-sums.ts'
import type { PlayerStatus, PlayerStore } from './player-state.ts'
import { addWatched } from './watched-ranges.ts'

export type PlaybackMeter = {
  /** Ends the playback before it. `askedAtMs` as performance.now(): when the viewer wanted to watch; undefined where a click is waited for. */
  begin(playbackId: string, onPlayback: OnPlayback | undefined, askedAtMs: number | undefined): void
  /** The last report. */
  end(): void
}

const lookEveryMs = 10_000
const laterEveryMs = 30_000
const closelyForMs = 60_000
/** The clock's events come four times a second, in a hidden tab once: longer, and the machine slept. */
const longestStepMs = 3000
const mostErrorCodes = 8

export function createPlaybackMeter(video: HTMLVideoElement, store: PlayerStore): PlaybackMeter {
  let sums: PlaybackSums | undefined
  let tell: OnPlayback | undefined
  let askedAtMs: number | undefined
  let beganAtMs = 0
  let accountedAtMs = 0
  let toldAtMs = 0
  let toldText = ''
  let status: PlayerStatus = 'loading'
  let stalls = 0
  let isStall = false
  let shownHeight = 0
  let lastSeconds: number | undefined
  let error: unknown
  const listeners = new AbortController()

  /** Puts the time since the last look to what was going on in it, then notes what goes on now. */
  function account(): void {
    if (!sums) return
    const now = performance.now()
    const elapsed = now - accountedAtMs
    accountedAtMs = now
    const state = store.read()
    if (status === 'playing') {
      const played = Math.min(elapsed, longestStepMs)
      sums.playedMs += played
      const rate = state.tracks.qualities.find(({ height }) => height === shownHeight)?.bitsPerSecond
      if (rate !== undefined) {
        sums.ratedMs += played
        sums.kilobits += (rate / 1e6) * played
      }
    } else if (isStall) sums.stalledMs += elapsed
    if (state.stalls > stalls) {
      sums.stalls += state.stalls - stalls
      isStall = true
    }
    if (status === 'buffering' && state.status !== 'buffering') isStall = false
    stalls = state.stalls
    status = state.status
    if (state.needsClick) askedAtMs = undefined
    if (state.error && state.error !== error) countError(state.error.code)
    error = state.error
    if (status === 'playing' && sums.startupMs === undefined && askedAtMs !== undefined) {
      sums.startupMs = now - askedAtMs
      report(false)
    }
  }

  function countError(code: string): void {
    const known = sums!.errors.find((one) => one.code === code)
    if (known) known.count++
    else if (sums!.errors.length < mostErrorCodes) sums!.errors.push({ code, count: 1 })
    report(false)
  }

  /** Nothing is told before something happened, nor twice. */
  function report(isLeaving: boolean): void {
    if (!sums || !tell) return
    if (sums.startupMs === undefined && sums.playedMs === 0 && sums.errors.length === 0) return
    const whole = rounded(sums)
    const text = JSON.stringify({ ...whole, sequence: 0 })
    if (text === toldText) return
    toldText = text
    toldAtMs = performance.now()
    sums.sequence++
    tell(whole, isLeaving)
  }

  const on = (target: EventTarget, types: string, listener: () => void) => {
    for (const type of types.split(' ')) target.addEventListener(type, listener, { signal: listeners.signal })
  }
  on(video, 'timeupdate seeked', () => {
    const seconds = video.currentTime
    const step = lastSeconds === undefined ? 0 : seconds - lastSeconds
    if (sums && step > 0 && step < (longestStepMs / 1000) * Math.max(1, video.playbackRate) && !video.seeking) addWatched(sums.watched, lastSeconds!, seconds)
    lastSeconds = seconds
    account()
  })
  on(video, 'seeking emptied', () => (lastSeconds = undefined))
  on(video, 'resize', () => {
    account()
    if (sums && shownHeight > 0 && video.videoHeight > 0 && video.videoHeight !== shownHeight) sums.switches++
    shownHeight = video.videoHeight
  })
  on(video, 'play', () => (askedAtMs ??= performance.now()))
  on(video, 'pause', () => {
    if (sums?.startupMs === undefined) askedAtMs = undefined
  })
  on(video, 'pause ended', () => (account(), report(false)))
  on(globalThis, 'pagehide', () => (account(), report(true)))
  on(document, 'visibilitychange', () => {
    if (!document.hidden) return
    account()
    report(true)
    // A hidden page starts when it likes: that says nothing about the line.
    if (sums?.startupMs === undefined) askedAtMs = undefined
  })
  const endListening = store.subscribe(account)
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - toldAtMs < (now - beganAtMs < closelyForMs ? lookEveryMs : laterEveryMs) - 100) return
    account()
    report(false)
  }, lookEveryMs / 2)

  return {
    begin(playbackId, onPlayback, asked) {
      account()
      report(false)
      beganAtMs = accountedAtMs = toldAtMs = performance.now()
      sums = { playbackId, sequence: 0, playedMs: 0, stalledMs: 0, ratedMs: 0, kilobits: 0, stalls: 0, switches: 0, errors: [], watched: [] }
      tell = onPlayback
      askedAtMs = document.hidden ? undefined : asked
      toldText = ''
      status = 'loading'
      isStall = false
      shownHeight = 0
      lastSeconds = undefined
      stalls = store.read().stalls
      error = store.read().error
    },
    end() {
      account()
      report(true)
      sums = undefined
      listeners.abort()
      endListening()
      clearInterval(timer)
    },
  }
}

/** Whole milliseconds, tenths of seconds: a copy. */
function rounded(sums: PlaybackSums): PlaybackSums {
  const { playbackId, sequence, startupMs, playedMs, stalledMs, ratedMs, kilobits, stalls, switches, errors, watched } = sums
  const [played, stalled, rated, bits] = [playedMs, stalledMs, ratedMs, kilobits].map(Math.round) as [number, number, number, number]
  return {
    playbackId, sequence, ...(startupMs !== undefined && { startupMs: Math.min(600_000, Math.round(startupMs)) }),
    playedMs: played, stalledMs: stalled, ratedMs: rated, kilobits: bits, stalls, switches,
    errors: errors.map((one) => ({ ...one })),
    watched: watched.map(([from, to]) => [Math.round(from * 10) / 10, Math.round(to * 10) / 10]),
  }
}
