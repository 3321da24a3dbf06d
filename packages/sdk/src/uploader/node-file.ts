/** A file on disk as an upload source, for Node: streamed by ranges over node:http, a fraction of a megabyte in memory per part. */
import { createHash } from 'node:crypto'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { basename, resolve as absolute } from 'node:path'
import { pipeline } from 'node:stream'
import { retryAfterOf } from '../error.ts'
import { lengthOf } from './parts.ts'
import { SourceChanged, type PartAnswer, type PartRequest, type Span, type UploadSource } from './source.ts'

const readBytes = 1 << 18

/** Rejects when the path is no readable file. `check` compares size and time of change, and that the path is still this file. */
export async function fileSource(path: string, options: { mediaType?: string } = {}): Promise<UploadSource> {
  const handle = await open(path, 'r')
  const first = await handle.stat()
  if (!first.isFile()) {
    await handle.close()
    throw new TypeError(`${path} is not a file`)
  }
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  return {
    name: basename(path),
    sizeBytes: first.size,
    mediaType: options.mediaType,
    fingerprint: JSON.stringify([absolute(path), first.size, first.mtimeMs]),
    put: (request) => put(handle, agents, request),
    sha256: (span, signal) => hash(handle, span, signal),
    async check() {
      const now = await stat(path).catch(() => undefined)
      if (now?.size !== first.size || now.mtimeMs !== first.mtimeMs || now.ino !== first.ino) {
        throw new SourceChanged(`${path} was changed, moved or removed while it was uploaded`)
      }
    },
    async close() {
      agents.http.destroy()
      agents.https.destroy()
      await handle.close()
    },
  }
}

/**
 * The span's bytes. Not handle.createReadStream: that leaves a listener on the handle for every stream, which for
 * ten thousand parts keeps ten thousand streams in memory.
 */
async function* read(handle: FileHandle, { from, to }: Span): AsyncGenerator<Buffer> {
  for (let position = from; position < to; ) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafeSlow(Math.min(readBytes, to - position)), position })
    if (bytesRead === 0) throw new SourceChanged('The file became shorter while it was uploaded')
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** One buffer for the whole span: what is hashed is not kept. */
async function hash(handle: FileHandle, { from, to }: Span, signal: AbortSignal): Promise<string> {
  const sha256 = createHash('sha256')
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  for (let position = from; position < to; ) {
    signal.throwIfAborted()
    const { bytesRead } = await handle.read({ buffer, length: Math.min(readBytes, to - position), position })
    if (bytesRead === 0) throw new SourceChanged('The file became shorter while it was uploaded')
    position += bytesRead
    sha256.update(buffer.subarray(0, bytesRead))
  }
  return sha256.digest('base64')
}

function put(handle: FileHandle, agents: { http: HttpAgent; https: HttpsAgent }, part: PartRequest): Promise<PartAnswer> {
  const { url, headers, span, signal, onSent } = part
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:')
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method: 'PUT',
      headers: { ...headers, 'content-length': lengthOf(span) },
      agent: secure ? agents.https : agents.http,
      signal,
    })
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : error))
    // An answer may come before the whole part went out (a refused URL): it counts, the rest is not sent.
    outgoing.on('response', (answer) => {
      answerOf(answer).then(resolve, reject)
      if (!outgoing.writableFinished) answer.once('close', () => outgoing.destroy())
    })
    onSent(0)
    pipeline(counted(read(handle, span), onSent), outgoing, (error) => {
      // The request's own errors come by its error event; here it is the file that could not be read.
      if (error && !outgoing.destroyed) outgoing.destroy(error)
    })
  })
}

async function* counted(bytes: AsyncIterable<Buffer>, onSent: (bytes: number) => void): AsyncGenerator<Buffer> {
  let sent = 0
  for await (const piece of bytes) {
    yield piece
    onSent((sent += piece.length))
  }
}

/** The answer's status and headers; of a problem document its code. Reads the body to its end, so that the connection is used again. */
async function answerOf(answer: IncomingMessage): Promise<PartAnswer> {
  let text = ''
  answer.setEncoding('utf8')
  try {
    for await (const piece of answer) if (text.length < 65_536) text += piece as string
  } catch {
    // The status came whole; a cut body only costs the code.
  }
  return {
    status: answer.statusCode!,
    etag: answer.headers.etag,
    retryAfterSeconds: retryAfterOf(answer.headers['retry-after']),
    problemCode: /"code"\s*:\s*"([a-z_]+)"/.exec(text)?.[1],
  }
}
