/** Requests of a cache edge to the edge behind it, over kept connections. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { DriverUnavailable } from '../../base/errors.ts'

export type Origin = {
  /**
   * The answer's head and its bytes as they come. Rejects with DriverUnavailable. A download's head may take a minute, and its
   * bytes as long as the viewer likes: who pauses is not an origin that fell silent.
   */
  open(path: string, options: { method: 'GET' | 'HEAD'; headers?: OutgoingHttpHeaders; patience?: 'download' }): Promise<IncomingMessage>
  /** The same with all bytes, at most `largestBytes`. */
  ask(path: string, method: 'GET' | 'HEAD'): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>
  close(): void
}

/** The edge behind answers within its hold of 8 s, and players give up at 10. */
const silentMs = 9500
/** A download's index is made before its first byte, from the heads of all segments of the video. */
const indexMs = 60_000
export const largestBytes = 64 * 2 ** 20

export function openOrigin(url: string): Origin {
  const isSecure = url.startsWith('https:')
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, maxSockets: 512 }) : new HttpAgent({ keepAlive: true, maxSockets: 512 })
  // Never with the path: its token opens the video.
  const away = (cause: unknown): DriverUnavailable => new DriverUnavailable('the edge behind this one does not answer', { cause })

  const open: Origin['open'] = (path, { method, headers = {}, patience }) =>
    new Promise((resolve, reject) => {
      const asked = (isSecure ? requestHttps : requestHttp)(url + path, { method, agent, headers: { 'accept-encoding': 'identity', ...headers } }, (answer) => {
        if (patience) asked.setTimeout(0)
        resolve(answer)
      })
      const mostMs = patience ? indexMs : silentMs
      asked.setTimeout(mostMs, () => asked.destroy(new Error(`silent for ${mostMs} ms`)))
      asked.once('error', (error) => reject(away(error)))
      asked.end()
    })

  return {
    open,
    async ask(path, method) {
      const answer = await open(path, { method })
      const parts: Buffer[] = []
      let sizeBytes = 0
      try {
        for await (const part of answer as AsyncIterable<Buffer>) {
          sizeBytes += part.length
          if (sizeBytes > largestBytes) throw new Error('an answer is larger than what an edge serves from memory')
          parts.push(part)
        }
      } catch (error) {
        throw away(error)
      }
      const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      const announced = answer.headers['content-length']
      if (method === 'GET' && announced !== undefined && Number(announced) !== body.length) throw away(new Error('an answer was cut short'))
      return { status: answer.statusCode!, headers: answer.headers, body }
    },
    close: () => agent.destroy(),
  }
}
