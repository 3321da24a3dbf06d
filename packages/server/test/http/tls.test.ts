/** HTTPS by a certificate: HTTP/2 and HTTP/1.1 reach the lane, raw handlers and the app alike. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeHead, sendAnswer } from '../../src/http/lean/answer.ts'
import { listen } from '../../src/http/listen.ts'
import { makeCertificate } from '../fixtures/certificate.ts'

const body = Buffer.alloc(300_000, 'b')
const lean = ({ url }: { url: string }) => (url === '/lean' ? { status: 200, head: makeHead(['content-length', String(body.length)]), also: ['x-also', '1'], body } : undefined)

test('one certificate, both protocols, all handlers', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'))
  const { cert, key } = makeCertificate(folder)
  const listener = await listen({
    port: 0,
    host: '127.0.0.1',
    lean,
    handlers: [
      (asked, response) => {
        const given = lean({ url: asked.url! })
        if (given) sendAnswer(asked, response, given)
        return given !== undefined
      },
    ],
    app: (asked, response) => void response.end(`${asked.httpVersion} ${asked.url}`),
    tls: { port: 0, read: () => ({ cert, key }), onBadCertificate: assert.ifError },
  })
  t.after(async () => {
    await listener.close(0)
    rmSync(folder, { recursive: true })
  })

  const overHttp1 = (path: string) =>
    new Promise<{ text: string; also?: string }>((resolve, reject) =>
      request({ port: listener.tlsPort, host: '127.0.0.1', path, ca: cert }, async (answer) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part)
        resolve({ text: Buffer.concat(parts).toString(), also: answer.headers['x-also'] as string })
      })
        .on('error', reject)
        .end(),
    )
  assert.deepEqual(await overHttp1('/lean'), { text: body.toString(), also: '1' })
  assert.equal((await overHttp1('/app')).text, '1.1 /app')

  const session = connectHttp2(`https://127.0.0.1:${listener.tlsPort}`, { ca: cert })
  t.after(() => session.close())
  const overHttp2 = async (path: string, method = 'GET') => {
    const stream = session.request({ ':path': path, ':method': method })
    const answered = new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve))
    const parts: Buffer[] = []
    for await (const part of stream) parts.push(part)
    return { headers: await answered, text: Buffer.concat(parts).toString() }
  }
  const many = await Promise.all(Array.from({ length: 50 }, () => overHttp2('/lean')))
  for (const { headers, text } of many) assert.deepEqual([headers[':status'], headers['x-also'], text.length], [200, '1', body.length])
  assert.deepEqual((await overHttp2('/lean', 'HEAD')).text, '')
  assert.equal((await overHttp2('/app')).text, '2.0 /app')
})
