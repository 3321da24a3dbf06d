/** The limit for uploads: the same part URLs, filled by bare parallel PUTs from the file, and nothing else. */
import { createReadStream } from 'node:fs'
import { Agent, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { SignedParts } from '@sluice/contract'

export type RawParts = { path: string; sizeBytes: number; partSizeBytes: number; signed: SignedParts['urls']; concurrency: number }

/** PUTs every part, `concurrency` at a time, each streamed from its place in the file. Answers the ETags. */
export async function putRawParts({ path, sizeBytes, partSizeBytes, signed, concurrency }: RawParts): Promise<{ partNumber: number; etag: string }[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const waiting = [...signed]
  const parts: { partNumber: number; etag: string }[] = []
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const start = (part.partNumber - 1) * partSizeBytes
      const end = Math.min(start + partSizeBytes, sizeBytes)
      parts.push({ partNumber: part.partNumber, etag: await put(part, start, end) })
    }
  }
  const put = (part: RawParts['signed'][number], start: number, end: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const outgoing = request(part.url, { method: 'PUT', agent, headers: { ...part.headers, 'content-length': end - start } }, (answer) => {
        answer.resume()
        if (answer.statusCode !== 200 && answer.statusCode !== 201) reject(new Error(`part ${part.partNumber}: ${answer.statusCode}`))
        else answer.once('end', () => resolve(answer.headers.etag ?? ''))
      })
      outgoing.once('error', reject)
      const bytes = createReadStream(path, { start, end: end - 1, highWaterMark: 2 ** 18 })
      pipeline(bytes, outgoing).catch(reject)
    })
  try {
    await Promise.all(Array.from({ length: concurrency }, lane))
    return parts.toSorted((a, b) => a.partNumber - b.partNumber)
  } finally {
    agent.destroy()
  }
}
