/** The browser's own HLS player (iPhones without MSE): it chooses the quality itself. */
import type { Engine, EngineEvents } from './engine.ts'
import { createHosts } from './hosts.ts'
import type { PlayerError, PlayerSource } from './source.ts'

/** Tracks as Safari has them; TypeScript's DOM library leaves audioTracks out. */
type NativeAudioTracks = EventTarget & { length: number; [index: number]: { id: string; label: string; language: string; enabled: boolean } }

export function openNativeEngine(video: HTMLVideoElement & { audioTracks?: NativeAudioTracks }, events: EngineEvents): Engine {
  const listeners = new AbortController()
  let hosts = createHosts([])
  /** Addresses that were not tried since something last played. */
  let untried: string[] = []
  /** Ends a load that is under way with a failure. */
  let refuse: ((error: PlayerError) => void) | undefined
  /** As the viewer wants it: an element with an error is paused already when it says so (seen in Chromium). */
  let isPlaying = false
  /** Where to go on once another host's has loaded. */
  let goOn: { seconds: number; rate: number; isPlaying: boolean } | undefined

  /** Loads the next host's, and goes on at the same place: a wait for the viewer, since what was buffered is gone. */
  function tryNext(): boolean {
    const failing = video.src
    hosts.failed(failing)
    untried = untried.filter((address) => address !== failing)
    const next = hosts.spread(failing).find((address) => untried.includes(address))
    if (next === undefined) return false
    if (!refuse) goOn ??= { seconds: video.currentTime, rate: video.playbackRate, isPlaying }
    if (goOn?.isPlaying) events.onBuffering(true)
    video.src = next
    video.load()
    return true
  }
  const resume = () => {
    if (!goOn) return
    if (goOn.seconds > 0) video.currentTime = goOn.seconds
    // Loading sets it back.
    video.playbackRate = goOn.rate
    if (goOn.isPlaying) void video.play().catch(() => undefined)
    goOn = undefined
  }
  const playing = () => {
    untried = hosts.spread(video.src)
    events.onBuffering(false)
  }
  const fail = () => {
    if (tryNext()) return
    const error = errorOf(video.error)
    if (refuse) refuse(error)
    else events.onError(error)
  }

  function publish(): void {
    const audio = Array.from({ length: video.audioTracks?.length ?? 0 }, (_, index) => video.audioTracks![index]!)
    events.onTracks({
      qualities: [],
      activeHeight: video.videoHeight || undefined,
      audio: audio.map((track, index) => ({ id: String(index), label: track.label || track.language || `Audio ${index + 1}` })),
      activeAudio: String(Math.max(0, audio.findIndex((track) => track.enabled))),
      captions: [...video.textTracks].map((track, index) => ({ id: String(index), label: track.label || track.language })),
    })
  }

  video.addEventListener('play', () => (isPlaying = true), { signal: listeners.signal })
  video.addEventListener('pause', () => (isPlaying = false), { signal: listeners.signal })
  video.addEventListener('loadedmetadata', publish, { signal: listeners.signal })
  video.addEventListener('resize', publish, { signal: listeners.signal })
  video.addEventListener('loadedmetadata', resume, { signal: listeners.signal })
  video.addEventListener('playing', playing, { signal: listeners.signal })
  video.addEventListener('error', fail, { signal: listeners.signal })

  return {
    load(source: PlayerSource, startSeconds: number) {
      goOn = undefined
      hosts = createHosts(source.hosts ?? [])
      untried = hosts.spread(source.hlsUrl)
      return new Promise((resolve, reject) => {
        if (!video.canPlayType('application/vnd.apple.mpegurl')) {
          return reject({ code: 'no_mse', message: 'This browser can’t play streamed video.', retryable: false } satisfies PlayerError)
        }
        refuse = reject
        const loaded = () => {
          refuse = undefined
          if (startSeconds > 0) video.currentTime = startSeconds
          resolve()
        }
        video.addEventListener('loadedmetadata', loaded, { once: true, signal: listeners.signal })
        video.src = source.hlsUrl
        video.load()
      })
    },
    // The browser reads a finished playlist once: what joins it is there at the next visit.
    grow: async () => undefined,
    setEncodedShare: () => undefined,
    resume: () => false,
    chooseQuality: () => undefined,
    chooseAudio(id) {
      for (let index = 0; index < (video.audioTracks?.length ?? 0); index++) video.audioTracks![index]!.enabled = String(index) === id
      publish()
    },
    chooseCaption(id) {
      ;[...video.textTracks].forEach((track, index) => (track.mode = String(index) === id ? 'showing' : 'disabled'))
    },
    async destroy() {
      listeners.abort()
      video.removeAttribute('src')
      video.load()
    },
  }
}

function errorOf(error: MediaError | null): PlayerError {
  const isNetwork = error?.code === MediaError.MEDIA_ERR_NETWORK
  return {
    code: `media_${error?.code ?? 0}`,
    message: isNetwork ? 'The connection was lost.' : 'The video can’t be played in this browser.',
    retryable: isNetwork || error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED,
  }
}
