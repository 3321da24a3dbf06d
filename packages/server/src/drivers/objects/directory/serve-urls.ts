/** The driver's own corner of the HTTP listener: everything below /objects/. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../base/time.ts'
import type { SendProblem } from './send-problem.ts'
import type { PartServer } from './serve-parts.ts'
import type { ReadServer } from './serve-reads.ts'
import { urlPrefix, type UrlSigner } from './sign-urls.ts'

/** As http/raw-handler.ts has it: true when the request is taken. */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => boolean

export function makeHandler(options: { signer: UrlSigner; parts: PartServer; reads: ReadServer; sendProblem: SendProblem; clock: Clock }): RawHandler {
  const { signer, parts, reads } = options
  return (request, response) => {
    const target = request.url ?? ''
    if (!target.startsWith(urlPrefix)) return false
    const mark = target.indexOf('?')
    const path = target.slice(urlPrefix.length, mark === -1 ? undefined : mark)
    const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark))
    const nowSeconds = options.clock() / 1000
    if (path.startsWith('parts/')) void parts(request, response, signer.parsePart(path, query, nowSeconds))
    else if (path.startsWith('read/')) void reads(request, response, signer.parseRead(path, query, nowSeconds))
    else options.sendProblem(response, 'not_found')
    return true
  }
}
