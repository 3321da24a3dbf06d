/** Requests to the edge behind: silence ends them, but a download's viewer may pause. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openOrigin } from '../../src/stream/edge/ask-origin.ts'

/** Longer than the silence of 9.5 s that ends a request. */
const pauseMs = 10_500

test('a segment that stalls is given up, a download that stalls goes on', { timeout: 60_000 }, async (t) => {
  const server = createServer(async (_request, response) => {
    response.writeHead(200, { 'content-length': 2 }).write('a')
    await wait(pauseMs)
    response.end('b')
  }).listen(0, '127.0.0.1')
  const origin = openOrigin(`http://127.0.0.1:${(await new Promise<AddressInfo>((resolve) => server.once('listening', () => resolve(server.address() as AddressInfo)))).port}`)
  t.after(() => (origin.close(), server.close()))
  const read = async (patience?: 'download') => {
    let text = ''
    for await (const part of await origin.open('/', { method: 'GET', patience })) text += part
    return text
  }
  const [download] = await Promise.all([read('download'), assert.rejects(read())])
  assert.equal(download, 'ab')
})
