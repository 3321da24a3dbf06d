/** Run by the crash test: serves the directory driver, opens an upload, prints one line of JSON about it, and waits to be killed. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { sendProblem } from '../../src/http/problem.ts'

const [dir, sizeBytes, partSizeBytes] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])]
let baseUrl = ''
const { objects, handle } = await openDirectoryObjects({ dir, secret: 'crash', readBaseUrl: () => baseUrl, sendProblem })
const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', async () => {
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const upload = { bucket: 'raw' as const, key: 'v/crash/source', uploadId: '' }
  upload.uploadId = await objects.createUpload('raw', upload.key, { sizeBytes, partSizeBytes, mediaType: 'video/mp4' })
  const urls: string[] = []
  for (let partNumber = 1; partNumber <= Math.ceil(sizeBytes / partSizeBytes); partNumber++) {
    const size = Math.min(partSizeBytes, sizeBytes - (partNumber - 1) * partSizeBytes)
    urls.push((await objects.signPart(upload, { partNumber, sizeBytes: size, expiresInSeconds: 600, baseUrl })).url)
  }
  process.stdout.write(`${JSON.stringify({ upload, urls })}\n`)
})
