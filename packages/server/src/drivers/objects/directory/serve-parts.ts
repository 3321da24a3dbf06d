/** PUTs of signed part URLs, from browsers too. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { UploadNotFound } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { endUnreadBody, readBody } from './request-body.ts'
import { PartRefused, receivePart } from './receive-part.ts'
import type { SendProblem } from './send-problem.ts'
import type { Parsed, SignedPart } from './sign-urls.ts'
import type { Uploads } from './uploads.ts'

/** Any origin may PUT: the signature is the permission, and no cookie is looked at. */
const corsHeaders = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag, Retry-After', 'cross-origin-resource-policy': 'cross-origin' }
const preflightHeaders = { 'access-control-allow-methods': 'PUT', 'access-control-allow-headers': '*', 'access-control-max-age': '86400' }

export type PartServer = (request: IncomingMessage, response: ServerResponse, parsed: Parsed<SignedPart>) => Promise<void>

/** Answers 200 with the part's ETag once the part is durable, or a problem; never rejects. */
export function makePartServer(options: { uploads: Uploads; sendProblem: SendProblem; stallMs: number; log?: Log }): PartServer {
  return async (request, response, parsed) => {
    for (const [name, value] of Object.entries(corsHeaders)) response.setHeader(name, value)
    const refuse = (...[code, detail]: [Parameters<SendProblem>[1], string?]) => {
      options.sendProblem(response, code, { detail })
      endUnreadBody(request)
    }
    if (request.method === 'OPTIONS') return void response.writeHead(204, preflightHeaders).end()
    if (request.method !== 'PUT') return void response.writeHead(405, { allow: 'PUT, OPTIONS' }).end()
    if (parsed.state === 'invalid') return refuse('part_url_invalid')
    if (parsed.state === 'expired') return refuse('part_url_expired')
    const part = parsed.of
    const declared = request.headers['content-length']
    if (declared !== undefined && Number(declared) > part.sizeBytes) return refuse('part_too_large', `this part has ${part.sizeBytes} bytes`)
    if (declared !== undefined && Number(declared) < part.sizeBytes) return refuse('part_too_small', `this part has ${part.sizeBytes} bytes`)
    try {
      const stored = await options.uploads.use(part.uploadId, (upload) =>
        receivePart(upload, part, readBody(request, options.stallMs), () => request.destroy()),
      )
      response.writeHead(200, { etag: stored.etag, 'content-length': 0 }).end()
    } catch (error) {
      if (error instanceof PartRefused) return refuse(error.code)
      if (error instanceof UploadNotFound) return refuse('upload_not_found', 'It was completed or aborted, or never was')
      // The client went away or was cut off: nobody is left to answer.
      if (request.destroyed) return void response.destroy()
      options.log?.error({ err: error, uploadId: part.uploadId, partNumber: part.partNumber }, 'a part could not be stored')
      refuse('unavailable')
    }
  }
}
