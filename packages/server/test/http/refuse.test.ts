/** A listener that refuses: whoever stands in front goes on with the next process, and what was begun is finished. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { listen } from '../../src/http/listen.ts'

test('who takes nothing, or sends half a request, is cut off', { timeout: 20_000 }, async (t) => {
  const cut: (string | undefined)[] = []
  const app = (asked: IncomingMessage, response: ServerResponse): void => {
    response.once('close', () => cut.push(asked.method))
    if (asked.method === 'GET') response.end(Buffer.alloc(64 * 2 ** 20))
  }
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [], stalledMs: 300, app })
  t.after(() => listener.close(0))
  for (const said of ['GET /large HTTP/1.1\r\nhost: a\r\n\r\n', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nx']) {
    const socket = connect({ port: listener.port, host: '127.0.0.1' }).on('error', () => {})
    t.after(() => socket.destroy())
    socket.once('data', () => socket.pause()).write(said)
  }
  while (cut.length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(cut.toSorted(), ['GET', 'POST'])
})

test('new connections are refused, idle ones end, a running request gets its answer', async (t) => {
  const running: ServerResponse[] = []
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [], app: (asked, response) => void (asked.url === '/slow' ? running.push(response) : response.end('quick')) })
  const agent = new Agent({ keepAlive: true })
  t.after(() => (agent.destroy(), listener.close(0)))
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) =>
      get({ port: listener.port, host: '127.0.0.1', path, agent }, async (answer: IncomingMessage) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part as Buffer)
        resolve(Buffer.concat(parts).toString())
      }).on('error', reject),
    )
  const slow = ask('/slow')
  while (running.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(await ask('/quick'), 'quick')
  const [idle] = Object.values(agent.freeSockets).flat()
  const ended = once(idle!, 'close')

  listener.refuse()
  listener.refuse()
  await ended
  const [refusal] = (await once(connect(listener.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
  assert.equal(refusal.code, 'ECONNREFUSED')
  let isClosed = false
  const closing = listener.close(30_000).then(() => (isClosed = true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(isClosed, false, 'it did not wait for what is running')
  running[0]!.end('slow')
  assert.equal(await slow, 'slow')
  agent.destroy()
  await closing
})
