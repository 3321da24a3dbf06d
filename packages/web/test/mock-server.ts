/** A server with the wire contract's routes in memory, for page tests: any state of a video, at once, without encoding. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problems, type Account, type AudienceAnswer, type Caption, type PlayAnswer, type PlaybackReport, type PosterCandidate, type ProblemCode, type Video } from '@sluice/contract'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.mpd': 'application/dash+xml',
  '.mp4': 'video/mp4', '.m4s': 'video/iso.segment', '.jpg': 'image/jpeg', '.vtt': 'text/vtt',
}
const partSizeBytes = 1 << 20

export type MockUpload = { uploadId: string; videoId: string; fileName: string; sizeBytes: number; parts: Map<number, { sizeBytes: number; etag: string }> }
export type MockServer = {
  origin: string
  videos: Map<string, Video>
  uploads: Map<string, MockUpload>
  /** Who is signed in, whatever the cookie says. */
  account: Account | undefined
  /** Paths of media below which answers wait (`hold`) or fail (`refuse`), by a function of the path. */
  media: { directory?: string; hold?: (path: string) => Promise<void>; refuse?: (path: string) => number | undefined }
  /** With it, media are below `/p/<token>/`, of which each is good this long. */
  tokensLiveMs?: number
  /** Every token that was given out, with its expiry. */
  tokens: Map<string, number>
  /** Whether play answers have a storyboard and captions: `index.vtt` and `en.vtt` of the media. */
  hasExtras?: boolean
  /** The manifest of play answers, among the media. */
  manifest: string
  captions: Caption[]
  /** What players reported, in order. */
  reports: PlaybackReport[]
  /** What the owner reads of the audience; 404 without. */
  audience?: AudienceAnswer
  posters: PosterCandidate[]
  /** Answers of the API wait for this, with the route as in `GET videos?cursor=24`, and are the problem that it names. */
  beforeAnswer?: (route: string) => Promise<ProblemCode | void>
  /** A part's bytes wait for this before they are accepted. */
  beforePart?: (partNumber: number) => Promise<void>
  /** Tells the listeners of a video's events. */
  emit: (id: string, change: Partial<Video>) => void
  close: () => Promise<void>
}

/** A video with what every video has; `part` overrides. */
export function mockVideo(id: string, part: Partial<Video> = {}): Video {
  return {
    id, channel: { id: 'a'.repeat(16), handle: 'ada' }, title: `Video ${id}`, description: '', visibility: 'public', state: 'ready', progress: 1,
    createdAt: Date.now() - 3_600_000, durationSeconds: 66, width: 1280, height: 720, frameRate: 30, renditions: [], warnings: [], ...part,
  }
}

export const mockAccount: Account = { id: 'a'.repeat(16), handle: 'ada', isAdmin: true, createdAt: 0 }

export async function startMockServer(): Promise<MockServer> {
  const listeners = new Map<string, Set<ServerResponse>>()
  const http = createServer((request, response) => {
    answer(mock, request, response, listeners).catch((error: unknown) => {
      if (!response.headersSent) problem(response, 'internal')
      else response.destroy()
      console.error(error)
    })
  })
  const mock: MockServer = {
    origin: '',
    videos: new Map(),
    uploads: new Map(),
    account: undefined,
    media: {},
    manifest: 'manifest.mpd',
    captions: [],
    reports: [],
    posters: [],
    tokens: new Map(),
    emit(id, change) {
      const video = { ...mock.videos.get(id)!, ...change }
      mock.videos.set(id, video)
      for (const response of listeners.get(id) ?? []) sendEvent(response, video)
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  mock.origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return mock
}

type Listeners = Map<string, Set<ServerResponse>>

async function answer(mock: MockServer, request: IncomingMessage, response: ServerResponse, listeners: Listeners): Promise<void> {
  const url = new URL(request.url!, mock.origin)
  const signed = /^\/p\/([^/]+)\/v\/x\/e\/(.*)$/.exec(url.pathname)
  if (signed) return (mock.tokens.get(signed[1]!) ?? 0) > Date.now() ? serveMedia(mock, signed[2]!, response) : problem(response, 'token_expired')
  if (url.pathname.startsWith('/media/')) return serveMedia(mock, url.pathname.slice(7), response)
  if (url.pathname.startsWith('/part/')) return takePart(mock, request, response, url)
  if (!url.pathname.startsWith('/api/v1/')) return serveSite(url.pathname, response)
  const route = `${request.method} ${url.pathname.slice(8)}`
  const refusal = await mock.beforeAnswer?.(route + url.search)
  if (refusal) return problem(response, refusal)
  const [, collection, id, verb] = /^\w+ (\w+)(?:\/([^/]+))?(?:\/([\w-]+))?(?:\/[\w.-]+)?$/.exec(route) ?? []
  if (collection === 'accounts' || collection === 'sessions') return answerSession(mock, request, response, route)
  if (collection === 'uploads') return answerUpload(mock, request, response, id, verb)
  if (collection !== 'videos') return problem(response, 'not_found')
  if (!id) {
    const all = [...mock.videos.values()].sort((a, b) => b.createdAt - a.createdAt)
    const isMine = url.searchParams.get('channel') === 'me'
    const seen = all.filter((video) => isMine || (video.visibility === 'public' && ['playable', 'ready'].includes(video.state)))
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const to = from + Number(url.searchParams.get('limit') ?? 24)
    return json(response, 200, { items: seen.slice(from, to), cursor: to < seen.length ? String(to) : undefined })
  }
  const video = mock.videos.get(id)
  if (!video) return problem(response, 'video_not_found')
  if (verb === 'events') return openEvents(response, video, listeners)
  if (verb === 'captions') return answerCaptions(mock, request, response, url.pathname.split('/')[6])
  if (verb === 'posters') return json(response, 200, { items: mock.posters })
  if (verb === 'play') {
    if (video.state !== 'playable' && video.state !== 'ready') return problem(response, 'not_playable_yet')
    const token = `token${mock.tokens.size}`
    const expiresAt = Date.now() + (mock.tokensLiveMs ?? 3_600_000)
    const below = `${mock.origin}/${mock.tokensLiveMs === undefined ? 'media' : `p/${token}/v/x/e`}`
    if (mock.tokensLiveMs !== undefined) mock.tokens.set(token, expiresAt)
    const play: PlayAnswer = {
      sessionId: 's', token: '1.k.9.3.0.s.x', dashUrl: `${below}/${mock.manifest}`, hlsUrl: `${mock.origin}/media/master.m3u8`, startRendition: 'v240', hosts: [mock.origin],
      posterUrl: video.posterUrl ?? null, storyboardUrl: mock.hasExtras ? `${below}/index.vtt` : null, captions: mock.hasExtras ? mock.captions.map(({ label, language, kind }) => ({ label, language, kind, url: `${mock.origin}/media/${language}.vtt` })) : [], expiresAt,
    }
    return json(response, 200, play)
  }
  if (verb === 'playbacks') {
    mock.reports.push((await bodyOf(request)) as PlaybackReport)
    return void response.writeHead(204).end()
  }
  if (verb === 'audience') return mock.audience ? json(response, 200, mock.audience) : problem(response, 'video_not_found')
  if (verb === 'downloads') {
    const items = [{ renditionId: 'h264-480p', kind: 'video', width: 854, height: 480, url: `${mock.origin}/media/film.mp4` }]
    return json(response, 200, { items, expiresAt: Date.now() + 3_600_000 })
  }
  if (verb === 'retry') {
    if (video.state !== 'failed') return problem(response, 'not_failed')
    mock.emit(id, { state: 'inspecting', progress: 0, failure: undefined, failureDetail: undefined })
  }
  if (request.method === 'PATCH') {
    const change = (await bodyOf(request)) as Partial<Video>
    if (Object.keys(change).some((name) => !['title', 'description', 'visibility', 'downloadable', 'posterId', 'chapters'].includes(name))) return problem(response, 'bad_request')
    mock.emit(id, change)
  }
  if (request.method === 'DELETE') {
    mock.videos.delete(id)
    return void response.writeHead(204).end()
  }
  json(response, 200, mock.videos.get(id))
}

async function answerCaptions(mock: MockServer, request: IncomingMessage, response: ServerResponse, id?: string): Promise<void> {
  if (request.method === 'PUT') {
    const { text } = (await bodyOf(request)) as { text: string }
    if (!text.startsWith('WEBVTT')) return problem(response, 'captions_invalid')
    mock.captions.push({ id: id!, language: id!, kind: 'uploaded', label: `In ${id}`, createdAt: 0 })
    return json(response, 200, mock.captions.at(-1))
  }
  if (request.method === 'DELETE') {
    mock.captions = mock.captions.filter((caption) => caption.id !== id)
    return void response.writeHead(204).end()
  }
  json(response, 200, { items: mock.captions })
}

async function answerSession(mock: MockServer, request: IncomingMessage, response: ServerResponse, route: string): Promise<void> {
  if (route === 'GET accounts/me') return mock.account ? json(response, 200, { account: mock.account }) : problem(response, 'unauthorized')
  if (route === 'DELETE sessions') {
    mock.account = undefined
    return void response.writeHead(204).end()
  }
  const { handle, password } = (await bodyOf(request)) as { handle: string; password: string }
  if (password.includes('wrong')) return problem(response, 'wrong_credentials')
  mock.account = { ...mockAccount, id: handle[0]!.repeat(16), handle }
  json(response, 201, { account: mock.account, token: 'never-kept' })
}

async function answerUpload(mock: MockServer, request: IncomingMessage, response: ServerResponse, id?: string, verb?: string): Promise<void> {
  if (!id) {
    const { fileName, sizeBytes, title, visibility } = (await bodyOf(request)) as Pick<Video, 'title' | 'visibility'> & { fileName: string; sizeBytes: number }
    if (sizeBytes === 0) return problem(response, 'file_empty')
    const number = String(mock.uploads.size).padStart(15, '0')
    const upload: MockUpload = { uploadId: `u${number}`, videoId: `v${number}`, fileName, sizeBytes, parts: new Map() }
    mock.uploads.set(upload.uploadId, upload)
    const facts = { title, visibility, fileName, sizeBytes, uploadId: upload.uploadId, state: 'awaiting-upload', progress: 0, durationSeconds: undefined } as const
    mock.videos.set(upload.videoId, mockVideo(upload.videoId, facts))
    return json(response, 201, { ...presented(upload), expiresAt: Date.now() + 86_400_000 })
  }
  const upload = mock.uploads.get(id)
  if (!upload) return problem(response, 'upload_not_found')
  if (verb === 'part-urls') {
    const { partNumbers } = (await bodyOf(request)) as { partNumbers: number[] }
    const urls = partNumbers.map((partNumber) => ({ partNumber, url: `${mock.origin}/part/${id}/${partNumber}`, headers: {} }))
    return json(response, 200, { urls, expiresAt: Date.now() + 3_600_000 })
  }
  if (verb === 'complete') {
    mock.emit(upload.videoId, { state: 'inspecting' })
    return json(response, 200, { video: mock.videos.get(upload.videoId) })
  }
  if (request.method === 'DELETE') {
    if (mock.videos.get(upload.videoId)?.state !== 'awaiting-upload') return problem(response, 'upload_finished')
    mock.uploads.delete(id)
    mock.videos.delete(upload.videoId)
    return void response.writeHead(204).end()
  }
  json(response, 200, presented(upload))
}

const presented = ({ parts, ...upload }: MockUpload) => ({
  ...upload, state: 'open', partSizeBytes, partCount: Math.ceil(upload.sizeBytes / partSizeBytes), expiresAt: Date.now() + 86_400_000,
  parts: [...parts].map(([partNumber, part]) => ({ partNumber, ...part })),
})

async function takePart(mock: MockServer, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, , id, partNumber] = url.pathname.split('/')
  let sizeBytes = 0
  for await (const bytes of request) sizeBytes += (bytes as Buffer).length
  await mock.beforePart?.(Number(partNumber))
  // The tab was closed meanwhile: a part that was not answered is not kept.
  if (request.socket.destroyed) return
  const etag = `"${partNumber}"`
  mock.uploads.get(id!)?.parts.set(Number(partNumber), { sizeBytes, etag })
  response.writeHead(200, { etag }).end()
}

function openEvents(response: ServerResponse, video: Video, listeners: Listeners): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const open = listeners.get(video.id) ?? new Set()
  listeners.set(video.id, open.add(response))
  response.on('close', () => open.delete(response))
  sendEvent(response, video)
}

function sendEvent(response: ServerResponse, { state, progress, failure }: Video): void {
  response.write(`event: video\ndata: ${JSON.stringify({ state, progress, failure })}\n\n`)
}

async function serveMedia(mock: MockServer, name: string, response: ServerResponse): Promise<void> {
  const { directory, hold, refuse } = mock.media
  await hold?.(name)
  const status = refuse?.(name)
  if (status) return void response.writeHead(status, { 'cache-control': 'no-store' }).end()
  sendFile(directory ? join(directory, normalize(`/${name}`)) : '', response)
}

function serveSite(path: string, response: ServerResponse): void {
  const file = join(dist, normalize(path))
  // The policy of the real server, or stricter: the site must live with it.
  response.setHeader('content-security-policy', "default-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data: blob:; connect-src 'self' blob:; object-src 'none'; base-uri 'none'")
  sendFile(existsSync(file) && statSync(file).isFile() ? file : join(dist, 'index.html'), response)
}

function sendFile(path: string, response: ServerResponse): void {
  if (!existsSync(path)) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', 'content-length': statSync(path).size })
  createReadStream(path).pipe(response)
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return JSON.parse(Buffer.concat(pieces).toString() || '{}')
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}

function problem(response: ServerResponse, code: ProblemCode): void {
  const [status, title] = problems[code]
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ type: 'about:blank', title, status, code }))
}
