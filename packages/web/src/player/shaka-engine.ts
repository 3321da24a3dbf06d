/** Shaka Player's core (the DASH build, without its UI) behind the player's own controls. */
import type { Engine, EngineEvents } from './engine.ts'
import { preferredVideoCodec } from './preferred-codec.ts'
import { qualitiesOf } from './qualities.ts'
import { secondsAhead } from './seconds-ahead.ts'
import { shaka, type AudioTrack, type ShakaError } from './shaka.ts'
import { isTransient, playerErrorOf } from './shaka-error.ts'
import type { PlayerSource } from './source.ts'
import { createSteadyAbr } from './steady-abr.ts'

/**
 * The server holds a request for a segment that is not encoded yet for up to 8 s, then answers 503. Shaka's defaults
 * (5 s without progress, 10 s to connect, 2 tries) would give up just before.
 */
const retryParameters = { maxAttempts: 8, baseDelay: 500, backoffFactor: 1.6, fuzzFactor: 0.4, timeout: 30_000, stallTimeout: 20_000, connectionTimeout: 20_000 }

/** Failures in a row, each after all the tries above, before the viewer is told. */
const patience = 3

export async function openShakaEngine(video: HTMLVideoElement, textContainer: HTMLElement, events: EngineEvents): Promise<Engine> {
  shaka.polyfill.installAll()
  if (!shaka.Player.isBrowserSupported()) {
    throw { code: 'unsupported', message: 'This browser can’t play streamed video.', retryable: false }
  }
  let startRendition: string | undefined
  let isGrowing = false
  let failures = 0
  const player = new shaka.Player(null, textContainer)
  await player.attach(video)
  const codec = await preferredVideoCodec(navigator.mediaCapabilities)
  player.configure({
    abrFactory: () =>
      createSteadyAbr(new shaka.abr.SimpleAbrManager(), {
        startRendition: () => startRendition,
        isGrowing: () => isGrowing,
        secondsAhead: () => secondsAhead(video),
      }),
    // 0: on a fast line (or the same machine) every segment would count as cached, and the first quality would stay for ever.
    // droppedFrames bans a height for good when the machine is busy for a moment, and may take a higher one instead.
    abr: { cacheLoadThreshold: 0, restrictToElementSize: true, useNetworkInformation: false, droppedFrames: false },
    preferredVideo: [{ codec }],
    // Captions come beside the manifest, as the play answer has them: those that it lists would be there twice.
    manifest: { retryParameters, disableText: true },
    streaming: {
      retryParameters,
      bufferingGoal: 30,
      // Shaka then halts the clock when the picture or the sound runs out: Chromium alone plays sound over a frozen picture for 3 s.
      rebufferingGoal: 0.5,
      bufferBehind: 30,
      // The event below says whether to go on.
      failureCallback: () => undefined,
    },
  })

  // What the server refuses for good (expired, gone) is not asked for again: the viewer is told at once.
  player.getNetworkingEngine()?.addEventListener('retry', ((event: Event & { error?: ShakaError }) => {
    if (event.error && !isTransient(event.error)) event.preventDefault()
  }) as never)

  function publish(): void {
    const video = player.getVideoTracks()
    const active = player.getVariantTracks().find((track) => track.active)
    events.onTracks({
      qualities: qualitiesOf(video),
      activeHeight: active?.height ?? undefined,
      audio: player.getAudioTracks().map((track, index) => ({ id: String(index), label: audioLabel(track, index) })),
      activeAudio: String(player.getAudioTracks().findIndex((track) => track.active)),
      captions: player.getTextTracks().map((track) => ({ id: String(track.id), label: track.label || languageName(track.language) })),
    })
  }

  const on = (type: string, listener: (event: Event & { detail?: unknown }) => void) => player.addEventListener(type, listener as never)
  for (const type of ['trackschanged', 'adaptation', 'variantchanged', 'textchanged']) on(type, publish)
  const forgive = () => (failures = 0)
  video.addEventListener('timeupdate', forgive)
  on('buffering', (event) => events.onBuffering((event as Event & { buffering: boolean }).buffering))
  on('error', ({ detail }) => {
    const error = detail as ShakaError
    if (error.severity !== shaka.util.Error.Severity.CRITICAL && !isTransient(error)) return
    if (isTransient(error) && ++failures < patience && player.retryStreaming(2)) return
    events.onError(playerErrorOf(error))
  })

  return {
    async load(source: PlayerSource, startSeconds: number) {
      startRendition = source.startRendition
      failures = 0
      player.configure('abr.enabled', true)
      try {
        await player.load(source.dashUrl, startSeconds > 0 ? startSeconds : null, 'application/dash+xml')
      } catch (error) {
        // Another load (or the end) came in between: it reports for itself.
        if ((error as ShakaError).code === shaka.util.Error.Code.LOAD_INTERRUPTED) return
        throw playerErrorOf(error)
      }
      for (const { url, language, label } of source.captions ?? []) {
        await player.addTextTrackAsync(url, language, 'subtitles', 'text/vtt', undefined, label).catch(() => undefined)
      }
      publish()
    },
    setGrowing: (growing) => (isGrowing = growing),
    resume() {
      failures = 0
      return player.retryStreaming(0.1)
    },
    chooseQuality(height) {
      player.configure('abr.enabled', height === 'auto')
      const best = player
        .getVideoTracks()
        .filter((track) => track.height === height)
        .sort((a, b) => b.bandwidth - a.bandwidth)[0]
      if (best && !best.active) {
        events.onFlush()
        player.selectVideoTrack(best, true, 1)
      }
      publish()
    },
    chooseAudio(id) {
      const track = player.getAudioTracks()[Number(id)]
      if (!track || track.active) return
      events.onFlush()
      player.selectAudioTrack(track)
      publish()
    },
    chooseCaption(id) {
      const track = player.getTextTracks().find((each) => String(each.id) === id)
      player.selectTextTrack(track ?? null)
    },
    async destroy() {
      video.removeEventListener('timeupdate', forgive)
      await player.destroy()
    },
  }
}

function audioLabel(track: AudioTrack, index: number): string {
  const known = track.language && track.language !== 'und'
  return track.label || (known ? languageName(track.language) : `Track ${index + 1}`)
}

function languageName(language: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(language) ?? language
  } catch {
    return language
  }
}
