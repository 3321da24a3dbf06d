/** Uploads through the API as a client does: begin, sign, PUT, complete. */
import assert from 'node:assert/strict'
import { send, type Answer, type Api } from './start-api.ts'

/** Two full parts and a short one, at the smallest part size. */
export const threeParts = { fileName: 'clip.mp4', sizeBytes: 2 * 8 * 2 ** 20 + 1000 }

export type Begun = { uploadId: string; videoId: string; partSizeBytes: number; partCount: number; expiresAt: number; sizeBytes: number }
export type Sent = { partNumber: number; etag: string }

export async function begin(api: Api, token: string, file: { sizeBytes: number; [field: string]: unknown } = threeParts): Promise<Begun> {
  const { status, body } = await api.call('POST', '/uploads', { token, body: { fileName: 'clip.mp4', ...file } })
  assert.equal(status, 201, JSON.stringify(body))
  return { ...body, sizeBytes: file.sizeBytes }
}

/** The bytes of a part: its own pattern, so that parts differ. */
export function bytesOf({ sizeBytes, partSizeBytes, partCount }: Begun, partNumber: number): Buffer {
  const size = partNumber < partCount ? partSizeBytes : sizeBytes - (partCount - 1) * partSizeBytes
  return Buffer.alloc(size, `part ${partNumber} `)
}

export async function signedUrl(api: Api, token: string, uploadId: string, partNumber: number, checksum?: string): Promise<string> {
  const checksums = checksum === undefined ? undefined : { [partNumber]: checksum }
  const { status, body } = await api.call('POST', `/uploads/${uploadId}/part-urls`, { token, body: { partNumbers: [partNumber], checksums } })
  assert.equal(status, 200, JSON.stringify(body))
  return body.urls[0].url
}

export const put = (url: string, body: Buffer): Promise<Answer> => send(url, { method: 'PUT', body: body as Buffer<ArrayBuffer> })

/** Signs and sends parts, all at once; answers what `complete` wants. */
export async function sendParts(api: Api, token: string, begun: Begun, partNumbers: number[]): Promise<Sent[]> {
  return Promise.all(
    partNumbers.map(async (partNumber) => {
      const answer = await put(await signedUrl(api, token, begun.uploadId, partNumber), bytesOf(begun, partNumber))
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return { partNumber, etag: answer.headers.get('etag')! }
    }),
  )
}

/** A begun upload whose three parts are stored. */
export async function sendThree(api: Api, token: string): Promise<{ begun: Begun; parts: Sent[] }> {
  const begun = await begin(api, token)
  return { begun, parts: await sendParts(api, token, begun, [3, 1, 2]) }
}

/** A small video, public unless said otherwise, uploaded and `inspecting`. */
export async function uploadSmall(api: Api, token: string, file: object = {}): Promise<string> {
  const begun = await begin(api, token, { sizeBytes: 1000, ...file })
  const parts = await sendParts(api, token, begun, [1])
  const { status, body } = await api.call('POST', `/uploads/${begun.uploadId}/complete`, { token, body: { parts } })
  assert.equal(status, 200, JSON.stringify(body))
  return begun.videoId
}
