/** One request as it is written: no path is tidied up, and the address that it comes from can be chosen. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer; afterMs: number }
export type Ask = { method?: string; headers?: Record<string, string>; localAddress?: string; signal?: AbortSignal }

/** Pooled like a browser's, but as many at once as are asked for. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

export function ask(url: string, { method = 'GET', headers = {}, localAddress, signal }: Ask = {}): Promise<Answer> {
  const [, host, port, path] = /^http:\/\/([^:/]+):(\d+)(\/.*)$/.exec(url)!
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers, localAddress, signal, agent: localAddress === undefined ? agent : false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts), afterMs: performance.now() - began }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The code of a problem answer. */
export const codeOf = (answer: Answer): unknown => (JSON.parse(String(answer.body)) as { code: unknown }).code
