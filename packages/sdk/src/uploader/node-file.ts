/** A file on disk as an upload source, for Node: streamed by ranges over node:http, a fraction of a megabyte in memory per part. */
import { createHash } from 'node:crypto'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { basename, resolve as absolute } from 'node:path'
import { retryAfterOf } from '../error.ts'
import { lengthOf } from './parts.ts'
import { SourceChanged, SourceUnreadable, type PartAnswer, type PartRequest, type Span, type UploadSource } from './source.ts'

const readBytes = 1 << 18

/** Rejects when the path is no readable file. `check` compares size and time of change, as the fingerprint does. */
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
      const now = await stat(path).catch(unreadable)
      if (now.size !== first.size || now.mtimeMs !== first.mtimeMs) throw new SourceChanged(`${path} was changed while it was uploaded`)
    },
    async close() {
      agents.http.destroy()
      agents.https.destroy()
      await handle.close()
    },
  }
}

/**
 * Writes the span to the request and ends it. Two buffers, one being read into while the other goes out: a fresh one for
 * every read was seen to double the CPU time, by page faults. Resolves early when the request was ended by its answer or an error,
 * which come by its events; rejects when the file can't be read.
 */
async function writeSpan(handle: FileHandle, { from, to }: Span, outgoing: ClientRequest, onSent: (bytes: number) => void): Promise<void> {
  const buffers = [Buffer.allocUnsafeSlow(readBytes), Buffer.allocUnsafeSlow(readBytes)]
  const written: Promise<boolean>[] = [Promise.resolve(true), Promise.resolve(true)]
  for (let position = from, turn = 0; position < to; turn ^= 1) {
    if (!(await written[turn])) return
    const bytes = await readAt(handle, buffers[turn]!, position, to)
    position += bytes.length
    const sent = position - from
    written[turn] = new Promise((resolve) => {
      outgoing.write(bytes, (error) => {
        if (!error) onSent(sent)
        resolve(!error)
      })
    })
  }
  await Promise.all(written)
  outgoing.end()
}

/** What the file has there, at most a buffer full. */
async function readAt(handle: FileHandle, buffer: Buffer, position: number, to: number): Promise<Buffer> {
  const { bytesRead } = await handle.read({ buffer, length: Math.min(buffer.length, to - position), position }).catch(unreadable)
  if (bytesRead === 0) throw new SourceChanged('The file became shorter while it was uploaded')
  return buffer.subarray(0, bytesRead)
}

/** Of whatever the system says (EIO, ESTALE, ENOENT…), which its message begins with. */
function unreadable(error: Error): never {
  throw new SourceUnreadable(`The file can't be read: ${error.message}`, { cause: error })
}

/** One buffer for the whole span: what is hashed is not kept. */
async function hash(handle: FileHandle, { from, to }: Span, signal: AbortSignal): Promise<string> {
  const sha256 = createHash('sha256')
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  for (let position = from; position < to; ) {
    signal.throwIfAborted()
    const bytes = await readAt(handle, buffer, position, to)
    position += bytes.length
    sha256.update(bytes)
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
    // The request's own errors come by its error event; here it is the file that could not be read.
    writeSpan(handle, span, outgoing, onSent).catch((error: Error) => outgoing.destroy(error))
  })
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
