/** Signed ranged GETs of objects: how ffmpeg reads a source (RFC 9110 §14). */
import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ObjectNotFound } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { ByteRange } from '../../../ports/objects.ts'
import { infoOf } from './list-objects.ts'
import type { Paths } from './paths.ts'
import { openObject } from './read-object.ts'
import type { SendProblem } from './send-problem.ts'
import type { Parsed, SignedRead } from './sign-urls.ts'

const bufferBytes = 256 * 2 ** 10
const pooledBuffers = 32

export type ReadServer = (request: IncomingMessage, response: ServerResponse, parsed: Parsed<SignedRead>) => Promise<void>

/** Answers 200, 206, 304-less: objects are immutable and our encoders keep no cache. Never rejects. */
export function makeReadServer(options: { paths: Paths; sendProblem: SendProblem; log?: Log }): ReadServer {
  const pool: Buffer[] = []
  return async (request, response, parsed) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end()
    if (parsed.state === 'invalid') return options.sendProblem(response, 'forbidden', { detail: 'The URL is not one that we signed' })
    if (parsed.state === 'expired') return options.sendProblem(response, 'forbidden', { detail: 'The URL expired' })
    let file: FileHandle | undefined
    try {
      file = await openObject(options.paths.object(parsed.of.bucket, parsed.of.key))
      const { sizeBytes, etag } = infoOf(await file.stat({ bigint: true }), parsed.of.key)
      const asked = rangeOf(request, etag, sizeBytes)
      const headers = { 'accept-ranges': 'bytes', etag, 'content-type': 'application/octet-stream', 'cache-control': 'private, no-store' }
      if (asked === 'unsatisfiable') return void response.writeHead(416, { ...headers, 'content-range': `bytes */${sizeBytes}`, 'content-length': 0 }).end()
      const range = asked ?? { start: 0, end: sizeBytes - 1 }
      const length = { 'content-length': range.end - range.start + 1 }
      if (asked) response.writeHead(206, { ...headers, ...length, 'content-range': `bytes ${range.start}-${range.end}/${sizeBytes}` })
      else response.writeHead(200, { ...headers, ...length })
      if (request.method === 'GET') await sendRange(file, range, response, pool)
      response.end()
    } catch (error) {
      if (error instanceof ObjectNotFound) return options.sendProblem(response, 'not_found')
      options.log?.error({ err: error, key: parsed.of.key }, 'an object could not be read')
      options.sendProblem(response, 'unavailable')
    } finally {
      await file?.close()
    }
  }
}

/** One range of bytes; several, or what is no range, are answered with the whole (RFC 9110 §14.2). */
function rangeOf(request: IncomingMessage, etag: string, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const ifRange = request.headers['if-range']
  const found = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/i.exec(request.headers.range?.trim() ?? '')
  if (!found || (ifRange !== undefined && ifRange !== etag)) return undefined
  const [, first, last, suffix] = found
  const start = suffix === undefined ? Number(first) : Math.max(0, sizeBytes - Number(suffix))
  const end = last ? Math.min(Number(last), sizeBytes - 1) : sizeBytes - 1
  if (last && Number(last) < start) return undefined
  return start > end ? 'unsatisfiable' : { start, end }
}

/** Ends early, without an error, when the client goes away. */
async function sendRange(file: FileHandle, { start, end }: ByteRange, response: ServerResponse, pool: Buffer[]): Promise<void> {
  const buffer = pool.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
  for (let position = start; position <= end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position + 1), position)
    if (bytesRead === 0) throw new Error('the object is shorter than it was')
    // A buffer whose write was cut off may still be in the kernel's hands: it is left to the garbage collector.
    if (!(await writeOut(response, buffer.subarray(0, bytesRead)))) return
    position += bytesRead
  }
  if (pool.length < pooledBuffers) pool.push(buffer)
}

/** True when the bytes have left; false when the connection ended. */
function writeOut(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    const closed = () => resolve(false)
    response.once('close', closed)
    response.write(bytes, (error) => {
      response.off('close', closed)
      resolve(!error)
    })
  })
}
