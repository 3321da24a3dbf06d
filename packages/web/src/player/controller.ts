/** Everything the player does, without a view: a video element, an engine, a store. */
import { attenuationOf } from './attenuation.ts'
import { newPlaybackId } from './cmcd.ts'
import type { Engine } from './engine.ts'
import { openEngine } from './open-engine.ts'
import { createPlaybackMeter } from './playback-meter.ts'
import { createPlayerStore, type PlayerStore } from './player-state.ts'
import { readPreferences, savePreferences } from './preferences.ts'
import type { PlayerError, PlayerSource } from './source.ts'
import { watchVideoElement } from './watch-video-element.ts'

export type Controller = ReturnType<typeof createController>

/** `root` goes to full screen and holds captions. Call `destroy` when the elements leave the page. */
export function createController(video: HTMLVideoElement, root: HTMLElement, textContainer: HTMLElement) {
  const store: PlayerStore = createPlayerStore()
  const preferences = readPreferences()
  video.volume = preferences.volume
  video.muted = preferences.isMuted
  store.change({ volume: video.volume, isMuted: video.muted })

  let engine: Promise<Engine> | undefined
  let source: PlayerSource | undefined
  let loading = Promise.resolve()
  let isGone = false
  let encodedShare = 1
  /** The element's volume is the viewer's choice times this. */
  let attenuation = 1
  const watch = watchVideoElement(video, root, store, () => attenuation)
  const meter = createPlaybackMeter(video, store)
  /** When the viewer came: what is fetched before the first load is part of the wait. */
  let cameAtMs: number | undefined = performance.now()

  let later: PlayerError | undefined
  /** What is buffered still plays: the viewer is told when it runs out. */
  function fail(error: PlayerError): void {
    if (isGone) return
    if (store.read().status === 'playing') later = error
    else store.change({ status: 'error', error })
  }
  const endTelling = store.subscribe(() => {
    if (!later || store.read().status !== 'buffering') return
    const error = later
    later = undefined
    store.change({ status: 'error', error })
  })

  const open = () =>
    (engine ??= openEngine(video, textContainer, {
      onTracks: (tracks) => store.change({ tracks }),
      onError: fail,
      onBuffering: watch.setHeld,
      onFlush: watch.expectWait,
      readStalls: () => store.read().stalls,
    }))

  /** Whether it runs is the element's to say (a play event follows); here only a refusal is noted. */
  async function play(): Promise<void> {
    try {
      await video.play()
      store.change({ needsClick: false })
    } catch (error) {
      if ((error as Error).name === 'NotAllowedError') store.change({ needsClick: true, status: 'paused' })
    }
  }

  const load = (next: PlayerSource, options: { autoplay: boolean; startSeconds?: number }) => (loading = begin(next, options))

  async function begin(next: PlayerSource, options: { autoplay: boolean; startSeconds?: number }): Promise<void> {
    source = next
    later = undefined
    const playbackId = newPlaybackId()
    meter.begin(playbackId, next.onPlayback, options.autoplay ? (cameAtMs ?? performance.now()) : undefined)
    cameAtMs = undefined
    store.change({ status: 'loading', error: undefined })
    const { volume } = store.read()
    attenuation = attenuationOf(next.loudness)
    video.volume = volume * attenuation
    try {
      const opened = await open()
      if (isGone || source !== next) return
      watch.expectWait()
      opened.setEncodedShare(encodedShare)
      await opened.load(next, options.startSeconds ?? 0, playbackId)
      if (isGone || source !== next) return
      store.change({ status: 'paused', quality: 'auto' })
      if (options.autoplay) await play()
    } catch (error) {
      engine = undefined
      fail(isPlayerError(error) ? error : { code: 'load', message: 'The player could not be loaded.', retryable: true })
    }
  }

  const clamp = (seconds: number) => Math.min(Math.max(0, seconds), Math.max(0, (store.read().durationSeconds || 0) - 0.05))

  return {
    store,
    load,
    /** A later version of what plays, with more qualities. What can't be had is had at the next load. */
    async grow(next: PlayerSource): Promise<void> {
      const present = source
      await loading
      const opened = await engine?.catch(() => undefined)
      if (isGone || source !== present || !opened) return
      source = next
      await opened.grow(next).catch(() => undefined)
    },
    play: () => void play(),
    pause: () => video.pause(),
    toggle: () => (video.paused || video.ended ? void play() : video.pause()),
    seek: (seconds: number) => {
      video.currentTime = clamp(seconds)
    },
    seekBy: (seconds: number) => {
      video.currentTime = clamp(video.currentTime + seconds)
    },
    /** How much of the video is encoded, 0 to 1. */
    async setEncodedShare(share: number): Promise<void> {
      encodedShare = share
      ;(await engine?.catch(() => undefined))?.setEncodedShare(share)
    },
    setVolume(volume: number): void {
      const chosen = Math.min(1, Math.max(0, volume))
      video.volume = chosen * attenuation
      video.muted = chosen === 0
      savePreferences({ volume: chosen, isMuted: video.muted })
    },
    toggleMute(): void {
      video.muted = !video.muted
      const chosen = !video.muted && video.volume === 0 ? 0.5 : store.read().volume
      video.volume = chosen * attenuation
      savePreferences({ volume: chosen, isMuted: video.muted })
    },
    setRate: (rate: number) => {
      video.playbackRate = rate
    },
    async chooseQuality(height: number | 'auto'): Promise<void> {
      store.change({ quality: height })
      ;(await open()).chooseQuality(height)
    },
    chooseAudio: async (id: string) => (await open()).chooseAudio(id),
    async chooseCaption(id: string | undefined): Promise<void> {
      store.change({ captionId: id })
      ;(await open()).chooseCaption(id)
    },
    async toggleFullscreen(): Promise<void> {
      const phone = video as HTMLVideoElement & { webkitEnterFullscreen?: () => void }
      if (document.fullscreenElement === root) await document.exitFullscreen()
      else if (root.requestFullscreen) await root.requestFullscreen().catch(() => undefined)
      else phone.webkitEnterFullscreen?.()
    },
    async togglePictureInPicture(): Promise<void> {
      if (document.pictureInPictureElement === video) await document.exitPictureInPicture()
      else await video.requestPictureInPicture().catch(() => undefined)
    },
    /** After an error: goes on where it stopped. */
    async retry(): Promise<void> {
      const { currentSeconds } = store.read()
      if (!source) return
      if (video.readyState > 0 && !video.error && (await open()).resume()) {
        store.change({ error: undefined, status: 'buffering' })
        return play()
      }
      await load(source, { autoplay: true, startSeconds: currentSeconds })
    },
    async destroy(): Promise<void> {
      isGone = true
      meter.end()
      watch.end()
      endTelling()
      await (await engine?.catch(() => undefined))?.destroy()
    },
  }
}

const isPlayerError = (error: unknown): error is PlayerError => typeof (error as PlayerError | null)?.retryable === 'boolean'
