/** A PUT by hand: tests say when which bytes leave, and when the connection breaks. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http'

export type RawPut = {
  /** Resolves when the bytes were handed to the operating system. */
  send(bytes: Uint8Array): Promise<void>
  end(): void
  breakOff(): void
  /** The answer with its body; rejects when the connection ended without one. */
  answer: Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>
}

/** `contentLength` is declared as given, true or not; left out, the body is chunked. */
export function rawPut(url: string, contentLength?: number): RawPut {
  const put: ClientRequest = request(url, { method: 'PUT', headers: contentLength === undefined ? {} : { 'content-length': contentLength } })
  const answer = new Promise<Awaited<RawPut['answer']>>((resolve, reject) => {
    put.on('error', reject)
    put.on('response', async (response) => {
      try {
        let body = ''
        for await (const chunk of response.setEncoding('utf8')) body += chunk
        resolve({ status: response.statusCode!, headers: response.headers, body })
      } catch (error) {
        reject(error as Error)
      }
    })
  })
  // A test that does not look at the answer must not fail for it.
  answer.catch(() => {})
  return {
    send: (bytes) => new Promise((resolve, reject) => put.write(bytes, (error) => (error ? reject(error) : resolve()))),
    end: () => void put.end(),
    breakOff: () => void put.destroy(),
    answer,
  }
}
