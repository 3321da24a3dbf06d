/** Requests and answers without a connection: what is answered from memory is the same over HTTP/1.1, HTTP/2 and the lean lane. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { problemMediaType, problemOf, type ProblemError } from '../problem.ts'

export type Asked = {
  method: string
  /** Path and query as they came. */
  url: string
  /** The address of the connection. */
  ip(): string | undefined
  /** By its lower-case name; repeated fields are joined by commas. */
  header(name: string): string | undefined
}

/** Header fields that are made once and sent often: name, value, name, value … and the same as text. */
export type Head = { readonly fields: readonly string[]; readonly text: string }

export type Answer = {
  status: number
  head: Head
  /** Fields of this answer alone, as name, value … */
  also: readonly string[]
  /** Left out in the answer to a HEAD, which has its length all the same. */
  body?: Buffer
  /** The body's memory is lent: called when its bytes were taken over, or never. */
  release?: () => void
  /** Where the bytes came from, and the code of a problem: for /metrics. */
  cache?: string
  problem?: string
}

/** Answers what it can without a connection; undefined for what needs one or is somebody else's. Must not throw or reject. */
export type LeanHandler = (asked: Asked) => Answer | Promise<Answer> | undefined

export const makeHead = (fields: readonly string[]): Head => ({ fields, text: fieldText(fields) })

export function fieldText(fields: readonly string[]): string {
  let text = ''
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
  return text
}

/** A problem (RFC 9457) as an answer; `fields` beside its own. */
export function problemAnswer(problem: ProblemError, fields: readonly string[]): Answer {
  const body = problemOf(problem.code, problem.options)
  const { retryAfterSeconds } = problem.options
  const bytes = Buffer.from(JSON.stringify(body))
  const own = ['content-type', problemMediaType, 'content-length', String(bytes.length), 'x-content-type-options', 'nosniff']
  if (retryAfterSeconds !== undefined) own.push('retry-after', String(retryAfterSeconds))
  return { status: body.status, head: makeHead(own), also: fields, body: bytes, problem: problem.code }
}

/** A request of node:http or node:http2's compatible interface. */
export function askedOf(request: IncomingMessage): Asked {
  const { headers } = request
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    ip: () => request.socket?.remoteAddress,
    header(name) {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
  }
}

/** Writes the answer to a request of node:http or node:http2's compatible interface. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, { status, head, also, body, release }: Answer): void {
  if (response.destroyed || response.headersSent) return
  const all = [...head.fields, ...also]
  // HTTP/2's takes an object; no field of ours is repeated.
  if (request.httpVersionMajor === 2) response.writeHead(status, Object.fromEntries(Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i]!, all[2 * i + 1]!])))
  else response.writeHead(status, all)
  if (release) response.once('finish', release)
  response.end(request.method === 'HEAD' ? undefined : body)
}

export const isEncrypted = (socket: object): socket is TLSSocket => (socket as { encrypted?: boolean }).encrypted === true
