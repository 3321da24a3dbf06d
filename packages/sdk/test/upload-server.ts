/** A small real HTTP server that keeps the upload contract, keeps hashes instead of bytes, and fails where it is told to. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type PartFault = 'cut' | 'cut-answer' | 'stall' | 'no-etag' | { status: number; code?: string; retryAfter?: number }
export type Faults = {
  /** What happens to the `attempt`-th PUT (from 1) of a part. */
  onPart?: (partNumber: number, attempt: number) => PartFault | undefined
  /** What happens to the `attempt`-th call of an API route, such as `POST complete`. `lost`: done, but the answer never comes. */
  onCall?: (route: string, attempt: number) => 'lost' | { status: number; code: string; retryAfter?: number } | undefined
  /** Called when a part was stored. */
  onStored?: (partNumber: number) => void
  /** A part URL is good for so many PUTs only; further ones are refused as expired. */
  urlsGoodFor?: number
}

const cors = [
  ['access-control-allow-origin', '*'],
  ['access-control-allow-methods', 'GET, POST, PUT, DELETE'],
  ['access-control-allow-headers', '*'],
  ['access-control-expose-headers', 'ETag, Retry-After'],
] as const

type StoredPart = { sizeBytes: number; sha256: string; etag: string }
type TestUpload = { id: string; videoId: string; sizeBytes: number; parts: Map<number, StoredPart>; state: string }

export type UploadServer = Awaited<ReturnType<typeof startUploadServer>>

/** Listens on a free port of 127.0.0.1. `close` cuts what is still open. */
export async function startUploadServer(options: { partSizeBytes: number; faults?: Faults }) {
  const { partSizeBytes } = options
  const state = {
    faults: options.faults ?? ({} as Faults),
    uploads: new Map<string, TestUpload>(),
    byKey: new Map<string, TestUpload>(),
    puts: [] as number[],
    calls: [] as string[],
    declaredChecksums: 0,
    now: { flying: 0, mostFlying: 0 },
  }
  const urlUses = new Map<string, number>()
  const checksums = new Map<string, string>()
  const id = () => randomBytes(8).toString('hex')

  const server = createServer((request, response) => {
    // Pages of other origins may upload, as they may to a bucket.
    for (const [name, value] of cors) response.setHeader(name, value)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    handle(request, response).catch(() => response.destroy())
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url!, 'http://host').pathname
    if (path.startsWith('/parts/')) return takePart(request, response, path)
    const body = await readJson(request)
    const [, uploadId, verb] = /^\/api\/v1\/uploads(?:\/(\w+))?(?:\/([\w-]+))?$/.exec(path) ?? []
    const route = `${request.method} ${verb ?? (path.includes('/videos/') ? 'video' : uploadId ? 'upload' : 'begin')}`
    state.calls.push(route)
    const fault = state.faults.onCall?.(route, state.calls.filter((call) => call === route).length)
    if (fault && fault !== 'lost') return problem(response, fault.status, fault.code, {}, fault.retryAfter)
    const [status, answer] = answerTo(request, path, route, uploadId, body)
    if (fault === 'lost') return void response.destroy()
    if (status >= 400) return problem(response, status, (answer as { code: string }).code, answer as object)
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : JSON.stringify(answer))
  }

  function answerTo(request: IncomingMessage, path: string, route: string, uploadId: string | undefined, body: any): [number, unknown] {
    if (route === 'GET video') return [200, video(path.split('/').pop()!)]
    if (route === 'POST begin') {
      if (body.sizeBytes === 0) return [422, { code: 'file_empty' }]
      const key = request.headers['idempotency-key'] as string
      const upload = state.byKey.get(key) ?? { id: id(), videoId: id(), sizeBytes: body.sizeBytes, parts: new Map(), state: 'open' }
      state.byKey.set(key, upload)
      state.uploads.set(upload.id, upload)
      return [201, { uploadId: upload.id, videoId: upload.videoId, partSizeBytes, partCount: partCount(upload), expiresAt: Date.now() + 3_600_000 }]
    }
    const upload = state.uploads.get(uploadId!)
    if (!upload) return [404, { code: 'upload_not_found' }]
    if (route === 'GET upload') {
      const parts = [...upload.parts].map(([partNumber, { sizeBytes, etag }]) => ({ partNumber, sizeBytes, etag }))
      const { id: found, videoId, sizeBytes } = upload
      return [200, { uploadId: found, videoId, state: upload.state, fileName: 'x', sizeBytes, partSizeBytes, partCount: partCount(upload), parts, expiresAt: 0 }]
    }
    if (route === 'DELETE upload') {
      upload.state = 'aborted'
      return [204, undefined]
    }
    if (route === 'POST part-urls') {
      if (upload.state !== 'open') return [409, { code: upload.state === 'completed' ? 'upload_finished' : 'upload_aborted' }]
      return [200, signed(upload, body)]
    }
    return complete(upload, body.parts)
  }

  function signed(upload: TestUpload, body: { partNumbers: number[]; checksums?: Record<string, string> }) {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const urls = body.partNumbers.map((partNumber) => {
      const path = `/parts/${upload.id}/${partNumber}/${id()}`
      const checksum = body.checksums?.[partNumber]
      if (checksum) {
        state.declaredChecksums++
        checksums.set(path, checksum)
      }
      return { partNumber, url: origin + path, headers: { 'content-type': 'application/octet-stream' } }
    })
    return { urls, expiresAt: Date.now() + 3_600_000 }
  }

  function complete(upload: TestUpload, parts: { partNumber: number; etag: string }[]): [number, unknown] {
    const missingParts = Array.from({ length: partCount(upload) }, (_, index) => index + 1).filter((each) => !upload.parts.has(each))
    if (missingParts.length > 0) return [409, { code: 'parts_missing', missingParts }]
    const differ = parts.filter(({ partNumber, etag }) => upload.parts.get(partNumber)?.etag !== etag).map(({ partNumber }) => partNumber)
    if (differ.length > 0 || parts.length !== upload.parts.size) return [409, { code: 'part_mismatch', parts: differ }]
    upload.state = 'completed'
    return [200, { video: video(upload.videoId) }]
  }

  async function takePart(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [, , uploadId, number] = path.split('/')
    const partNumber = Number(number)
    state.puts.push(partNumber)
    const fault = state.faults.onPart?.(partNumber, state.puts.filter((each) => each === partNumber).length)
    const uses = (urlUses.get(path) ?? 0) + 1
    urlUses.set(path, uses)
    if (uses > (state.faults.urlsGoodFor ?? Infinity)) return problem(response, 410, 'part_url_expired')
    if (typeof fault === 'object') return problem(response, fault.status, fault.code ?? 'unavailable', {}, fault.retryAfter)
    if (fault === 'stall') return void request.pause()
    state.now.mostFlying = Math.max(state.now.mostFlying, ++state.now.flying)
    try {
      const sha256 = createHash('sha256')
      let sizeBytes = 0
      for await (const piece of request) {
        sha256.update(piece as Buffer)
        sizeBytes += (piece as Buffer).length
        if (fault === 'cut') return void request.socket.destroy()
      }
      const digest = sha256.digest('base64')
      if (checksums.has(path) && checksums.get(path) !== digest) return problem(response, 422, 'part_checksum_mismatch')
      const etag = `"${digest.slice(0, 16)}"`
      state.uploads.get(uploadId!)!.parts.set(partNumber, { sizeBytes, sha256: digest, etag })
      state.faults.onStored?.(partNumber)
      if (fault === 'cut-answer') return void request.socket.destroy()
      response.writeHead(200, fault === 'no-etag' ? {} : { etag }).end()
    } finally {
      state.now.flying--
    }
  }

  const partCount = ({ sizeBytes }: TestUpload) => Math.ceil(sizeBytes / partSizeBytes)
  const video = (videoId: string) => ({ id: videoId, state: 'inspecting', progress: 0, title: 'x' })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    uploads: state.uploads,
    puts: state.puts,
    calls: state.calls,
    now: state.now,
    declaredChecksums: () => state.declaredChecksums,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFaults: (faults: Faults) => void (state.faults = faults),
    only: () => [...state.uploads.values()][0]!,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function problem(response: ServerResponse, status: number, code: string, members: object = {}, retryAfter?: number): void {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  response.writeHead(status, headers).end(JSON.stringify({ type: 'about:blank', title: code, status, ...members, code }))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const piece of request) text += piece
  return text ? JSON.parse(text) : undefined
}
