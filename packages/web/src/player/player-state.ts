/** What the controls show: one immutable snapshot, replaced at every change. */
import type { Tracks } from './engine.ts'
import type { PlayerError } from './source.ts'

/** loading: nothing to show yet. buffering: playing, but waiting for bytes. */
export type PlayerStatus = 'loading' | 'paused' | 'playing' | 'buffering' | 'ended' | 'error'

export type PlayerState = {
  status: PlayerStatus
  /** It has played at least once. */
  started: boolean
  /** The browser refused to start by itself: a click is needed. */
  needsClick: boolean
  currentSeconds: number
  durationSeconds: number
  /** [from, to] pairs. */
  buffered: readonly (readonly [number, number])[]
  volume: number
  isMuted: boolean
  rate: number
  quality: number | 'auto'
  tracks: Tracks
  captionId: string | undefined
  isFullscreen: boolean
  isPictureInPicture: boolean
  /** Waits for bytes after the start, those after a seek or a chosen switch not counted. */
  stalls: number
  error: PlayerError | undefined
}

export const initialState: PlayerState = {
  status: 'loading',
  started: false,
  needsClick: false,
  currentSeconds: 0,
  durationSeconds: 0,
  buffered: [],
  volume: 1,
  isMuted: false,
  rate: 1,
  quality: 'auto',
  tracks: { qualities: [], audio: [], captions: [] },
  captionId: undefined,
  isFullscreen: false,
  isPictureInPicture: false,
  stalls: 0,
  error: undefined,
}

export type PlayerStore = {
  read: () => PlayerState
  /** Calls back after every change. Answers the way to end it. */
  subscribe: (listener: () => void) => () => void
  change: (part: Partial<PlayerState>) => void
}

export function createPlayerStore(): PlayerStore {
  let state = initialState
  const listeners = new Set<() => void>()
  return {
    read: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    change(part) {
      const isNews = Object.entries(part).some(([name, value]) => !Object.is(state[name as keyof PlayerState], value))
      if (!isNews) return
      state = { ...state, ...part }
      for (const listener of listeners) listener()
    },
  }
}
