/** The browser's own HLS player (iPhones without MSE): it chooses the quality itself. */
import type { Engine, EngineEvents } from './engine.ts'
import type { PlayerError, PlayerSource } from './source.ts'

/** Tracks as Safari has them; TypeScript's DOM library leaves audioTracks out. */
type NativeAudioTracks = EventTarget & { length: number; [index: number]: { id: string; label: string; language: string; enabled: boolean } }

export function openNativeEngine(video: HTMLVideoElement & { audioTracks?: NativeAudioTracks }, events: EngineEvents): Engine {
  const listeners = new AbortController()

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

  video.addEventListener('loadedmetadata', publish, { signal: listeners.signal })
  video.addEventListener('resize', publish, { signal: listeners.signal })
  video.addEventListener('error', () => events.onError(errorOf(video.error)), { signal: listeners.signal })

  return {
    load(source: PlayerSource, startSeconds: number) {
      return new Promise((resolve, reject) => {
        if (!video.canPlayType('application/vnd.apple.mpegurl')) {
          return reject({ code: 'no_mse', message: 'This browser can’t play streamed video.', retryable: false } satisfies PlayerError)
        }
        const loaded = () => {
          if (startSeconds > 0) video.currentTime = startSeconds
          resolve()
        }
        video.addEventListener('loadedmetadata', loaded, { once: true, signal: listeners.signal })
        video.addEventListener('error', () => reject(errorOf(video.error)), { once: true, signal: listeners.signal })
        video.src = source.hlsUrl
        video.load()
      })
    },
    setGrowing: () => undefined,
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
