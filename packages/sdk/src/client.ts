/** The typed client: a method for every route of the HTTP API. */
import type {
  AudienceAnswer, AudienceQuery, BeginUpload, BegunUpload, Caption, CaptionList, ChangeVideo, CompleteUpload, Credentials, CurrentSession, DownloadsAnswer, EdgeKeysAnswer, ListVideos, PlaybackReport, PlayAnswer, PosterList, PutCaption, SessionAnswer, SignedParts, SignParts,
  UploadAnswer, Video, VideoAnswer, VideoEvent, VideoPage,
} from '@sluice/contract'
import { request, type Call, type Connection } from './request.ts'
import { watchVideo } from './watch-video.ts'

export type ClientOptions = {
  /** `https://video.example.org`; in a browser, the page's own origin when left out. */
  baseUrl?: string
  /** A bearer token, or a function that is asked for it before every call. Not needed where the site's cookie signs in. */
  token?: string | (() => string | undefined)
  fetch?: typeof fetch
  /** As for fetch; `same-origin` by default. */
  credentials?: RequestCredentials
  /** Tries of a call that may be repeated, the first included; 6 by default, which gets over some ten seconds. */
  tries?: number
}

export type CallOptions = { signal?: AbortSignal }
/** A repetition with the same key is answered as the first call was; a random one by default. */
export type CreateOptions = CallOptions & { idempotencyKey?: string }

export type Client = ReturnType<typeof createClient>

/**
 * A client of one server. Methods reject with SluiceError, or with the signal's reason when they are aborted.
 * Calls that may be repeated are: tried again with backoff after lost answers, 429 and 502–504; Retry-After is honoured.
 */
export function createClient(options: ClientOptions = {}) {
  const { token } = options
  const connection: Connection = {
    baseUrl: (options.baseUrl ?? globalThis.location?.origin ?? '').replace(/\/+$/, ''),
    token: typeof token === 'function' ? token : () => token,
    // Bound late and called as a plain function: browsers refuse fetch with another `this`.
    fetch: options.fetch ?? ((...parameters) => globalThis.fetch(...parameters)),
    credentials: options.credentials,
    tries: options.tries ?? 6,
  }
  const call = <Answer>(method: Call['method'], path: string, rest: Partial<Call> = {}) =>
    request<Answer>(connection, { method, path, repeatable: true, ...rest })
  const video = (id: string) => `/videos/${encodeURIComponent(id)}`
  const upload = (id: string) => `/uploads/${encodeURIComponent(id)}`
  const key = (from?: CreateOptions) => ({ idempotencyKey: from?.idempotencyKey ?? randomKey(), signal: from?.signal })

  const listVideos = (query: ListVideos = {}, { signal }: CallOptions = {}) => call<VideoPage>('GET', '/videos', { query, signal })
  const watch = (id: string, { signal }: CallOptions = {}) => watchVideo(connection, id, signal)

  return {
    baseUrl: connection.baseUrl,
    accounts: {
      /** Signs up. The first account of a server is its administrator. */
      create: (credentials: Credentials, from?: CreateOptions) =>
        call<SessionAnswer>('POST', '/accounts', { body: credentials, longestWaitSeconds: 3, ...key(from) }),
      /** The account that is signed in, or SluiceError `unauthorized`. */
      me: ({ signal }: CallOptions = {}) => call<CurrentSession>('GET', '/accounts/me', { signal }),
    },
    sessions: {
      /** Signs in. Not repeated: sign-ins are counted. */
      create: (credentials: Credentials, { signal }: CallOptions = {}) =>
        call<SessionAnswer>('POST', '/sessions', { body: credentials, repeatable: false, signal }),
      /** Signs out: the token is worth nothing afterwards. */
      delete: ({ signal }: CallOptions = {}) => call<void>('DELETE', '/sessions', { signal }),
    },
    /** The keys that playback tokens are signed with, for administrators and whoever holds SLUICE_EDGE_KEYS_SECRET. */
    edgeKeys: ({ signal }: CallOptions = {}) => call<EdgeKeysAnswer>('GET', '/edge-keys', { signal }),
    captions: {
      list: (id: string, { signal }: CallOptions = {}) => call<CaptionList>('GET', `${video(id)}/captions`, { signal }),
      /** WebVTT or SubRip text, in the place of that language's uploaded captions. SluiceError `captions_invalid` names the line. */
      put: (id: string, language: string, body: PutCaption, { signal }: CallOptions = {}) =>
        call<Caption>('PUT', `${video(id)}/captions/${encodeURIComponent(language)}`, { body, timeoutSeconds: 60, signal }),
      delete: (id: string, captionId: string, { signal }: CallOptions = {}) =>
        call<void>('DELETE', `${video(id)}/captions/${encodeURIComponent(captionId)}`, { signal }),
    },
    /** The steps of an upload. `createUpload` takes all of them. */
    uploads: {
      begin: (body: BeginUpload, from?: CreateOptions) => call<BegunUpload>('POST', '/uploads', { body, ...key(from) }),
      /** URLs for at most 100 parts. */
      signParts: (id: string, body: SignParts, { signal }: CallOptions = {}) => call<SignedParts>('POST', `${upload(id)}/part-urls`, { body, signal }),
      get: (id: string, { signal }: CallOptions = {}) => call<UploadAnswer>('GET', upload(id), { signal }),
      /** Repeatable: the same parts get the same answer. A store may take its time with thousands of parts. */
      complete: (id: string, body: CompleteUpload, { signal }: CallOptions = {}) =>
        call<VideoAnswer>('POST', `${upload(id)}/complete`, { body, timeoutSeconds: 120, signal }),
      /** Gives the upload up and removes its parts. */
      abort: (id: string, { signal }: CallOptions = {}) => call<void>('DELETE', upload(id), { signal }),
    },
    videos: {
      get: (id: string, { signal }: CallOptions = {}) => call<Video>('GET', video(id), { signal }),
      /** Changes title, description, visibility, poster or chapters. */
      change: (id: string, body: ChangeVideo, { signal }: CallOptions = {}) => call<Video>('PATCH', video(id), { body, signal }),
      delete: (id: string, { signal }: CallOptions = {}) => call<void>('DELETE', video(id), { signal }),
      /** Signed URLs of complete renditions as MP4 files; SluiceError `download_not_allowed` where the owner does not allow it. */
      downloads: (id: string, { signal }: CallOptions = {}) => call<DownloadsAnswer>('POST', `${video(id)}/downloads`, { signal }),
      /** Tries a failed video again; what was encoded stays. SluiceError `not_failed` for others. */
      retry: (id: string, { signal }: CallOptions = {}) => call<Video>('POST', `${video(id)}/retry`, { signal }),
      /** Pictures to choose the poster from; choose with `change(id, {posterId})`. */
      posters: (id: string, { signal }: CallOptions = {}) => call<PosterList>('GET', `${video(id)}/posters`, { signal }),
      /** One page; `cursor` of the answer asks for the next one. */
      list: listVideos,
      /** All videos of the list, page by page as they are consumed. */
      async *each(query: Omit<ListVideos, 'cursor'> = {}, from: CallOptions = {}): AsyncGenerator<Video> {
        let cursor: string | undefined
        do {
          const page = await listVideos({ ...query, cursor }, from)
          yield* page.items
          cursor = page.cursor
        } while (cursor !== undefined)
      },
      /** Manifest addresses, signed for this viewer. SluiceError `not_playable_yet` before it plays. */
      play: (id: string, { signal }: CallOptions = {}) => call<PlayAnswer>('POST', `${video(id)}/play`, { signal }),
      /** How a playback went so far. Sums: one that was lost needs no repetition, the next has it all. `keepalive` outlives the page. */
      reportPlayback: (id: string, body: PlaybackReport, { signal, keepalive }: CallOptions & { keepalive?: boolean } = {}) =>
        call<void>('POST', `${video(id)}/playbacks`, { body, repeatable: false, signal, keepalive }),
      /** How the video was watched, by the hour; for its owner. The last week by default. */
      audience: (id: string, query: AudienceQuery = {}, { signal }: CallOptions = {}) => call<AudienceAnswer>('GET', `${video(id)}/audience`, { query, signal }),
      /** Changes of state and progress, until ready or failed; see watchVideo. */
      events: watch,
      /** Follows the video until it is playable (or ready), or has failed: the last event says which. */
      async untilPlayable(id: string, from: CallOptions & { onEvent?: (event: VideoEvent) => void; ready?: boolean } = {}): Promise<VideoEvent> {
        for await (const event of watch(id, from)) {
          from.onEvent?.(event)
          if (event.state === 'ready' || event.state === 'failed' || (event.state === 'playable' && !from.ready)) return event
        }
        throw new Error('unreachable: the stream of events ends with ready or failed')
      },
    },
  }
}

/** 128 random bits in hex; getRandomValues, because randomUUID is missing on pages without https. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
