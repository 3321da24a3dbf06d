/** Wire schemas of the HTTP API under /api/v1 (DESIGN §5). Changed only by addition. */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

export const Id = Type.String({ pattern: '^[0-9a-z]{16}$' })
export const Handle = Type.String({ pattern: '^[a-zA-Z0-9_-]{3,32}$', description: 'Letters, digits, _ and -; compared without case' })
export const Password = Type.String({ minLength: 10, maxLength: 256 })
export const Visibility = Type.Union([Type.Literal('public'), Type.Literal('unlisted'), Type.Literal('private')])
export const VideoState = Type.Union([
  Type.Literal('awaiting-upload'),
  Type.Literal('inspecting'),
  Type.Literal('playable'),
  Type.Literal('ready'),
  Type.Literal('failed'),
])
const Title = Type.String({ minLength: 1, maxLength: 200 })
const Seconds = Type.Number({ minimum: 0 })
const UnixMs = Type.Integer({ description: 'Milliseconds since the epoch' })

export const Account = Type.Object({ id: Id, handle: Handle, isAdmin: Type.Boolean(), createdAt: UnixMs })
export const Credentials = Type.Object({ handle: Handle, password: Password }, closed)
export const SessionAnswer = Type.Object({ account: Account, token: Type.String() })
/** Headers of POSTs that create: the same key with the same body makes nothing twice. */
export const IdempotencyKey = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$', description: 'Kept for a day' })),
})
/** GET /accounts/me: whose cookie or token this is; 401 unauthorized when nobody's. */
export const CurrentSession = Type.Object({ account: Account })

export const BeginUpload = Type.Object(
  {
    fileName: Type.String({ minLength: 1, maxLength: 255 }),
    sizeBytes: Type.Integer({ minimum: 0 }),
    mediaType: Type.Optional(Type.String({ maxLength: 127 })),
    title: Type.Optional(Title),
    visibility: Type.Optional(Visibility),
  },
  closed,
)
export const BegunUpload = Type.Object({
  uploadId: Id,
  videoId: Id,
  partSizeBytes: Type.Integer(),
  partCount: Type.Integer(),
  expiresAt: UnixMs,
})
const PartNumber = Type.Integer({ minimum: 1, maximum: 10_000 })
export const SignParts = Type.Object(
  {
    partNumbers: Type.Array(PartNumber, { minItems: 1, maxItems: 100, uniqueItems: true }),
    checksums: Type.Optional(
      Type.Record(Type.String({ pattern: '^[1-9][0-9]{0,4}$' }), Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }), {
        description: 'sha256 of a part in base64, by part number: the store refuses other bytes',
      }),
    ),
  },
  closed,
)
export const SignedParts = Type.Object({
  urls: Type.Array(Type.Object({ partNumber: PartNumber, url: Type.String(), headers: Type.Record(Type.String(), Type.String()) })),
  expiresAt: UnixMs,
})
export const UploadState = Type.Union([
  Type.Literal('open'),
  Type.Literal('completing'),
  Type.Literal('completed'),
  Type.Literal('aborted'),
  Type.Literal('expired'),
])
export const UploadAnswer = Type.Object({
  uploadId: Id,
  videoId: Id,
  state: UploadState,
  fileName: Type.String(),
  sizeBytes: Type.Integer(),
  partSizeBytes: Type.Integer(),
  partCount: Type.Integer(),
  parts: Type.Array(Type.Object({ partNumber: PartNumber, sizeBytes: Type.Integer(), etag: Type.String() })),
  expiresAt: UnixMs,
})
export const CompleteUpload = Type.Object(
  {
    parts: Type.Array(Type.Object({ partNumber: PartNumber, etag: Type.String({ minLength: 1, maxLength: 200 }) }, closed), {
      minItems: 1,
      maxItems: 10_000,
    }),
  },
  closed,
)

export const Failure = Type.Object({ code: Type.String(), message: Type.String() })
export const Rendition = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('video'), Type.Literal('audio')]),
  codecs: Type.String(),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
  frameRate: Type.Optional(Type.Number()),
  bitsPerSecond: Type.Integer({ description: 'The cap that manifests declare' }),
  language: Type.Optional(Type.String()),
  complete: Type.Boolean(),
  averageBitsPerSecond: Type.Optional(Type.Integer({ description: 'Measured, once complete; for the owner only' })),
  peakBitsPerSecond: Type.Optional(Type.Integer({ description: 'Measured as RFC 8216 defines it, once complete; for the owner only' })),
  ssim: Type.Optional(Type.Number({ description: 'Mean SSIM of the luma against the source at this size, measured after `ready`; for the owner only' })),
})
export const Chapter = Type.Object({ startSeconds: Type.Number({ minimum: 0, maximum: 360_000 }), title: Type.String({ minLength: 1, maxLength: 120 }) }, closed)
export const Video = Type.Object({
  id: Id,
  channel: Type.Object({ id: Id, handle: Type.String() }),
  title: Title,
  description: Type.String(),
  visibility: Visibility,
  state: VideoState,
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  createdAt: UnixMs,
  durationSeconds: Type.Optional(Seconds),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
  frameRate: Type.Optional(Type.Number()),
  renditions: Type.Array(Rendition),
  posterUrl: Type.Optional(Type.String()),
  chapters: Type.Optional(Type.Array(Chapter, { description: 'Not in lists' })),
  fileName: Type.Optional(Type.String({ description: 'For the owner only' })),
  sizeBytes: Type.Optional(Type.Integer({ description: 'For the owner only' })),
  uploadId: Type.Optional(Id),
  downloadable: Type.Optional(Type.Boolean({ description: 'Whether all who may watch may also download' })),
  failure: Type.Optional(Failure),
  failureDetail: Type.Optional(Type.String({ description: 'Which work failed and what the tools said; for the owner and administrators only' })),
  warnings: Type.Array(Failure),
})
export const PosterCandidate = Type.Object({ id: Type.String(), url: Type.String(), atSeconds: Type.Optional(Seconds), isChosen: Type.Boolean() })
export const PosterList = Type.Object({ items: Type.Array(PosterCandidate) })
export const VideoAnswer = Type.Object({ video: Video })
export const ChangeVideo = Type.Object(
  {
    title: Type.Optional(Title),
    description: Type.Optional(Type.String({ maxLength: 5000 })),
    visibility: Type.Optional(Visibility),
    downloadable: Type.Optional(Type.Boolean()),
    posterId: Type.Optional(Type.String({ pattern: '^[0-9a-z]{8}$', description: 'Of a picture that GET /videos/:id/posters lists' })),
    chapters: Type.Optional(Type.Array(Chapter, { maxItems: 200, description: 'All of them; an empty list for none' })),
  },
  { ...closed, minProperties: 1 },
)
export const ListVideos = Type.Object(
  {
    channel: Type.Optional(Type.String({ description: "An account's id or handle; `me` for one's own, private ones included" })),
    sort: Type.Optional(Type.Union([Type.Literal('latest'), Type.Literal('popular')], { default: 'latest', description: '`popular`: the most watched first, then the rest, the newest first' })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 24 })),
  },
  closed,
)
export const VideoPage = Type.Object({ items: Type.Array(Video), cursor: Type.Optional(Type.String()) })
export const CaptionKind = Type.Union([Type.Literal('uploaded'), Type.Literal('source'), Type.Literal('generated')], {
  description: 'Put by the owner, found in the uploaded file, or made from speech',
})
export const Caption = Type.Object({ id: Type.String(), kind: CaptionKind, language: Type.String(), label: Type.String(), createdAt: UnixMs })
export const CaptionList = Type.Object({ items: Type.Array(Caption) })
export const PutCaption = Type.Object(
  {
    text: Type.String({ maxLength: 2_000_000, description: 'WebVTT or SubRip (SRT)' }),
    label: Type.Optional(Type.String({ maxLength: 100, description: "What players call it; the language's name by default" })),
  },
  closed,
)
export const PlayAnswer = Type.Object({
  sessionId: Type.String(),
  token: Type.String({ description: 'The one in the URLs; POST /videos/:id/playbacks takes it' }),
  dashUrl: Type.String(),
  hlsUrl: Type.String(),
  startRendition: Type.String(),
  hosts: Type.Array(Type.String(), { description: 'Origins that serve the same paths, the first one preferred' }),
  posterUrl: Type.Union([Type.String(), Type.Null()]),
  storyboardUrl: Type.Union([Type.String(), Type.Null()]),
  captions: Type.Array(Type.Object({ language: Type.String(), label: Type.String(), kind: CaptionKind, url: Type.String() })),
  loudness: Type.Optional(
    Type.Object(
      { integratedLufs: Type.Number(), truePeakDbtp: Type.Number() },
      { description: 'EBU R 128, of the default audio track; absent until measured. The samples are as in the source: a player may attenuate' },
    ),
  ),
  expiresAt: UnixMs,
})
export const DownloadsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      renditionId: Type.String(),
      kind: Type.Union([Type.Literal('video'), Type.Literal('audio')]),
      width: Type.Optional(Type.Integer()),
      height: Type.Optional(Type.Integer()),
      url: Type.String({ description: 'Of an MP4 file; takes ranges' }),
    }),
  ),
  expiresAt: UnixMs,
})
/** One event of GET /videos/:id/events: `event: video`, data as here. */
export const VideoEvent = Type.Object({
  state: VideoState,
  progress: Type.Number(),
  manifestVersion: Type.Optional(Type.Integer()),
  failure: Type.Optional(Failure),
})

/** A signing key as caches in front of an edge need it. `secret`: 32 bytes, base64url. */
export const EdgeKey = Type.Object({ kid: Type.String(), secret: Type.String() })
/** `withdrawn`: ids of videos that were deleted or made private while tokens for them are out; the edge has to be asked for each of their segments. */
export const EdgeKeysAnswer = Type.Object({ keys: Type.Array(EdgeKey), withdrawn: Type.Array(Type.String()) })

export type EdgeKey = Static<typeof EdgeKey>
export type EdgeKeysAnswer = Static<typeof EdgeKeysAnswer>
export type Account = Static<typeof Account>
export type Credentials = Static<typeof Credentials>
export type SessionAnswer = Static<typeof SessionAnswer>
export type CurrentSession = Static<typeof CurrentSession>
export type BeginUpload = Static<typeof BeginUpload>
export type BegunUpload = Static<typeof BegunUpload>
export type SignParts = Static<typeof SignParts>
export type SignedParts = Static<typeof SignedParts>
export type UploadState = Static<typeof UploadState>
export type UploadAnswer = Static<typeof UploadAnswer>
export type CompleteUpload = Static<typeof CompleteUpload>
export type Failure = Static<typeof Failure>
export type Rendition = Static<typeof Rendition>
export type Video = Static<typeof Video>
export type Chapter = Static<typeof Chapter>
export type PosterCandidate = Static<typeof PosterCandidate>
export type PosterList = Static<typeof PosterList>
export type VideoAnswer = Static<typeof VideoAnswer>
export type ChangeVideo = Static<typeof ChangeVideo>
export type ListVideos = Static<typeof ListVideos>
export type VideoPage = Static<typeof VideoPage>
export type CaptionKind = Static<typeof CaptionKind>
export type Caption = Static<typeof Caption>
export type CaptionList = Static<typeof CaptionList>
export type PutCaption = Static<typeof PutCaption>
export type PlayAnswer = Static<typeof PlayAnswer>
export type DownloadsAnswer = Static<typeof DownloadsAnswer>
export type VideoEvent = Static<typeof VideoEvent>
export type VideoState = Static<typeof VideoState>
export type Visibility = Static<typeof Visibility>
