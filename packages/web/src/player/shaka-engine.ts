/** Shaka Player's core (the DASH build, without its UI) behind the player's own controls. */
import { cmcdSettings, withStarved } from './cmcd.ts'
import type { Engine, EngineEvents } from './engine.ts'
import { openGrowingParser, type GrowingParser } from './growing-parser.ts'
import { createHosts } from './hosts.ts'
import { preferredAudioCodec, preferredVideoCodec } from './preferred-codec.ts'
import { qualitiesOf } from './qualities.ts'
import { createRenewal, type Renewal } from './renewal.ts'
import { secondsAhead } from './seconds-ahead.ts'
import { shaka, type AudioTrack, type ShakaError } from './shaka.ts'
import { failedAddress, isExpired, isTransient, playerErrorOf } from './shaka-error.ts'
import type { PlayerSource } from './source.ts'
import { createSteadyAbr, type SteadyAbr } from './steady-abr.ts'

/**
 * The server holds a request for a segment that is not encoded yet for up to 8 s, then answers 503. Shaka's defaults
 * (5 s without progress, 10 s to connect, 2 tries) would give up just before.
 */
const retryParameters = { maxAttempts: 8, baseDelay: 500, backoffFactor: 1.6, fuzzFactor: 0.4, timeout: 30_000, stallTimeout: 20_000, connectionTimeout: 20_000 }

let playersOpened = 0

/** Where there is another host to ask: hardly more than the server holds a request. */
const connectionTimeoutOfSeveral = 10_000

/** Failures in a row, each after all the tries above, before the viewer is told. */
const patience = 3

export async function openShakaEngine(video: HTMLVideoElement, textContainer: HTMLElement, events: EngineEvents): Promise<Engine> {
  shaka.polyfill.installAll()
  if (!shaka.Player.isBrowserSupported()) {
    throw { code: 'unsupported', message: 'This browser can’t play streamed video.', retryable: false }
  }
  let startRendition: string | undefined
  let encodedShare = 1
  let abr: SteadyAbr | undefined
  let failures = 0
  let stallsTold = 0
  let renewal: Renewal | undefined
  let hosts = createHosts([])
  const player = new shaka.Player(null, textContainer)
  // A type of its own, so that this player's parser is known.
  const manifestType = `application/dash+xml;player=${++playersOpened}`
  let parser: GrowingParser | undefined
  shaka.media.ManifestParser.registerParserByMime(manifestType, () => (parser = openGrowingParser()))
  // Listens before the engine does: what it fetches next is of the quality that this chooses.
  const onSeeking = () => {
    const isEncoded = encodedShare === 1 || video.currentTime < video.duration * encodedShare
    if (!isEncoded && player.getConfiguration().abr.enabled) abr?.seekedToUnencoded()
  }
  video.addEventListener('seeking', onSeeking)
  await player.attach(video)
  const capabilities = navigator.mediaCapabilities
  const [videoCodec, audioCodec] = await Promise.all([preferredVideoCodec(capabilities), preferredAudioCodec(capabilities)])
  player.configure({
    abrFactory: () =>
      (abr = createSteadyAbr(new shaka.abr.SimpleAbrManager(), {
        startRendition: () => startRendition,
        isGrowing: () => encodedShare < 1,
        secondsAhead: () => secondsAhead(video),
      })),
    // 0: on a fast line (or the same machine) every segment would count as cached, and the first quality would stay for ever.
    // droppedFrames bans a height for good when the machine is busy for a moment, and may take a higher one instead.
    abr: { cacheLoadThreshold: 0, restrictToElementSize: true, useNetworkInformation: false, droppedFrames: false },
    preferredVideo: [{ codec: videoCodec }],
    // The first track of a manifest has the role main. A preference that nothing meets is passed over.
    preferredAudio: [{ codec: audioCodec, role: 'main' }, { role: 'main' }],
    // Captions come beside the manifest, as the play answer has them: those that it lists would be there twice.
    manifest: { retryParameters, disableText: true },
    streaming: {
      retryParameters,
      bufferingGoal: 30,
      // Shaka then halts the clock when the picture or the sound runs out: Chromium alone plays sound over a frozen picture for 3 s.
      rebufferingGoal: 0.5,
      // Our segments lie where the manifest says. Shaka's 2 s would have the one before fetched first wherever a seek lands in their first half.
      inaccurateManifestTolerance: 0,
      bufferBehind: 30,
      // The event below says whether to go on.
      failureCallback: () => undefined,
    },
  })

  // What the server refuses for good (expired, gone) is not asked for again: the viewer is told at once.
  player.getNetworkingEngine()?.addEventListener('retry', ((event: Event & { error?: ShakaError }) => {
    if (!event.error) return
    if (!isTransient(event.error)) return event.preventDefault()
    const address = failedAddress(event.error)
    if (address !== undefined) hosts.failed(address)
  }) as never)

  // Runs after Shaka has put the CMCD into the address.
  player.getNetworkingEngine()?.registerRequestFilter(async (type, request) => {
    if (renewal) request.uris = await Promise.all(request.uris.map((uri) => renewal!.refreshed(uri)))
    if (type === shaka.net.NetworkingEngine.RequestType.SEGMENT) {
      const stalls = events.readStalls()
      if (stalls > stallsTold) request.uris = request.uris.map(withStarved)
      stallsTold = stalls
    }
    // Each try of a request takes the next address.
    request.uris = request.uris.flatMap((address) => hosts.spread(address))
  })

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
    if (isExpired(error) && renewal && ++failures < patience) {
      // This machine's clock, or its sleep, hid that the time was up.
      void renewal.renewNow().then((isNew) => (isNew && player.retryStreaming(0.1)) || events.onError(playerErrorOf(error)))
      return
    }
    if (isTransient(error) && ++failures < patience && player.retryStreaming(2)) return
    events.onError(playerErrorOf(error))
  })

  return {
    async load(source: PlayerSource, startSeconds: number, playbackId: string) {
      startRendition = source.startRendition
      failures = 0
      renewal = source.renewal && createRenewal({ dashUrl: source.dashUrl, expiresAt: source.renewal.expiresAt }, source.renewal.fetchAgain)
      player.configure('cmcd', cmcdSettings(playbackId, source.contentId ?? ''))
      hosts = createHosts(source.hosts ?? [])
      const connectionTimeout = (source.hosts?.length ?? 0) > 1 ? connectionTimeoutOfSeveral : retryParameters.connectionTimeout
      for (const part of ['manifest', 'streaming']) player.configure(`${part}.retryParameters.connectionTimeout`, connectionTimeout)
      player.configure('abr.enabled', true)
      try {
        await player.load(source.dashUrl, startSeconds > 0 ? startSeconds : null, manifestType)
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
    async grow({ dashUrl, renewal: later }) {
      if (later) renewal?.adopt({ dashUrl, expiresAt: later.expiresAt })
      if (!(await parser?.grow(dashUrl))) return
      // Has Shaka tell the joined qualities to what chooses among them.
      player.configure('abr.enabled', player.getConfiguration().abr.enabled)
      publish()
    },
    setEncodedShare: (share) => (encodedShare = share),
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
      video.removeEventListener('seeking', onSeeking)
      await player.destroy()
      shaka.media.ManifestParser.unregisterParserByMime(manifestType)
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
