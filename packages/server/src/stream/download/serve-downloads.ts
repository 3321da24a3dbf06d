/** Sends downloads: whole or by a range, a stored segment at a time, as fast as the client takes them. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../base/log.ts'
import { SingleFlight } from '../../base/once.ts'
import type { DownloadPath } from '../../domain/keys.ts'
import type { Plan, Slot } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import type { Documents } from '../../ports/documents.ts'
import type { Objects } from '../../ports/objects.ts'
import { matchesEtag, parseRange } from '../edge/byte-range.ts'
import { makeDownloadFile, type DownloadFile, type InTurn } from './download-file.ts'
import { readSlotBytes } from '../edge/load-content.ts'

export type DownloadDeps = { documents: Documents; objects: Objects; log: Log; planOf: (videoId: string, revision: string) => Promise<Plan | undefined> }

/** Of indexes of the files that were asked for last: two hours are about 5 MB. */
const keptBytes = 48 * 2 ** 20
const bytesOfPiece = 200

export type Downloads = { serve(request: IncomingMessage, response: ServerResponse, wanted: DownloadPath, video: Video): Promise<void> }

/** Problems before the first byte: not_found, unavailable. A store that fails later ends the connection, and the client asks for the rest. */
export function openDownloads(deps: DownloadDeps): Downloads {
  const kept = new Map<string, DownloadFile>()
  const making = new SingleFlight<DownloadFile>()
  let keptSize = 0
  let last: Promise<unknown> = Promise.resolve()

  const inTurn: InTurn = (make) => {
    const made = last.then(make)
    last = made.catch(() => undefined)
    return made
  }

  function keep(name: string, file: DownloadFile): void {
    kept.set(name, file)
    keptSize += sizeOf(file)
    for (const [oldest, old] of kept) {
      if (keptSize <= keptBytes || oldest === name) return
      kept.delete(oldest)
      keptSize -= sizeOf(old)
    }
  }

  async function fileOf({ videoId, revision, renditionId }: DownloadPath): Promise<DownloadFile> {
    const name = `${videoId}/${revision}/${renditionId}`
    const found = kept.get(name)
    if (found) return found
    return making.run(name, async () => {
      const plan = await deps.planOf(videoId, revision)
      if (!plan) throw new ProblemError('not_found')
      const file = await makeDownloadFile({ ...deps, inTurn }, plan, renditionId)
      keep(name, file)
      return file
    })
  }

  return {
    async serve(request, response, wanted, video) {
      const file = await fileOf(wanted)
      if (response.destroyed) return
      const range = sendHead(request, response, file, fileName(video.title, wanted.renditionId, file.mediaType))
      if (!range) return void response.end()
      try {
        await sendBytes(deps, response, file, range)
        response.end()
      } catch (error) {
        deps.log.warn({ err: error, videoId: wanted.videoId }, 'a download broke off')
        response.destroy()
      }
    },
  }
}

const sizeOf = ({ head, pieces }: DownloadFile): number => head.length + bytesOfPiece * pieces.length

type Span = { start: number; end: number }

/** The bytes to send, or undefined where the head says all. */
function sendHead(request: IncomingMessage, response: ServerResponse, file: DownloadFile, name: string): Span | undefined {
  const { etag, sizeBytes } = file
  const always = { etag, 'cache-control': 'private, no-transform', 'access-control-allow-origin': '*', 'accept-ranges': 'bytes' }
  if (matchesEtag(request.headers['if-none-match'], etag)) return void response.writeHead(304, always)
  const ifRange = request.headers['if-range']
  const range = request.method === 'GET' && (ifRange === undefined || ifRange === etag) ? parseRange(request.headers.range, sizeBytes) : undefined
  if (range === 'unsatisfiable') return void response.writeHead(416, { ...always, 'content-range': `bytes */${sizeBytes}`, 'content-length': 0 })
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  response.writeHead(range ? 206 : 200, {
    ...always,
    'content-type': file.mediaType,
    'content-length': end - start + 1,
    'content-disposition': `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`,
    ...(range && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
  })
  return request.method === 'HEAD' ? undefined : { start, end }
}

async function sendBytes(deps: DownloadDeps, response: ServerResponse, { head, pieces }: DownloadFile, { start, end }: Span): Promise<void> {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  const write = async (bytes: Buffer): Promise<void> => {
    if (bytes.length > 0 && !response.write(bytes)) await once(response, 'drain', { signal: closed.signal }).catch(() => {})
  }
  const read = async (slot: Slot | undefined) => (slot ? readSlotBytes(deps, slot) : undefined)
  await write(head.subarray(Math.min(start, head.length), Math.min(end + 1, head.length)))
  const wanted = pieces.filter(({ at, sizeBytes }) => at <= end && at + sizeBytes > start)
  let next = read(wanted[0]?.slot)
  for (const [index, { from, at, sizeBytes }] of wanted.entries()) {
    const bytes = (await next)!
    if (closed.signal.aborted) return
    // One ahead, so that the store's delay is not added to the line's.
    next = read(wanted[index + 1]?.slot)
    next.catch(() => {})
    await write(bytes.subarray(from + Math.max(0, start - at), from + Math.min(sizeBytes, end + 1 - at)))
  }
}

/** `Trees in wind (h264-720p).mp4` */
function fileName(title: string, renditionId: string, mediaType: string): string {
  const plain = title.replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, 120).toWellFormed()
  return `${plain || 'video'} (${renditionId}).${mediaType === 'audio/mp4' ? 'm4a' : 'mp4'}`
}
