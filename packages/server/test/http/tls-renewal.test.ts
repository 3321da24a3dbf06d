/** The certificate's files are replaced while we serve: new connections get the new one, open ones go on, and half a renewal changes nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connect } from 'node:tls'
import { readSettings } from '../../src/config/read.ts'
import { listen } from '../../src/http/listen.ts'
import { tlsOf } from '../../src/roles/tls.ts'
import { makeCertificate } from '../fixtures/certificate.ts'
import { eventually } from '../contract/eventually.ts'
import { quietLog } from '../fixtures/quiet-log.ts'

/** Serves with the first of two certificates, from files that the test replaces. */
async function serve(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-renewal-'))
  const [first, second] = [makeCertificate(folder, 'first'), makeCertificate(folder, 'second')]
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const replace = (by: typeof first) => (copyFileSync(by.keyPath, key), copyFileSync(by.certPath, cert))
  replace(first)
  const complaints: unknown[] = []
  const log = { ...quietLog, error: (details: unknown) => void complaints.push(details) }
  const settings = readSettings({ SLUICE_TLS_CERTIFICATE: cert, SLUICE_TLS_KEY: key, SLUICE_TLS_PORT: '0' })
  const { tls } = tlsOf(settings, log)
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [], app: (asked, response) => void response.end(asked.url), tls: { ...tls!, everyMs: 50 } })
  t.after(async () => {
    await listener.close(0)
    rmSync(folder, { recursive: true })
  })
  const port = listener.tlsPort!
  const ca = [first.cert, second.cert]

  /** What a new connection is shown, and the cipher that the server took although the client prefers another. */
  const shake = async (): Promise<{ name: string; cipher: string }> => {
    const socket = connect({ port, host: '127.0.0.1', ca, ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256' })
    await once(socket, 'secureConnect')
    const shown = { name: String(socket.getPeerCertificate().subject.CN), cipher: socket.getCipher().name }
    socket.destroy()
    return shown
  }
  return { port, ca, key, cert, first, second, replace, complaints, shake }
}

const overHttp2 = async (session: ClientHttp2Session, path: string): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of session.request({ ':path': path })) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const overHttp1 = (port: number, path: string, agent: Agent): Promise<string> =>
  new Promise((resolve, reject) =>
    get({ port, host: '127.0.0.1', path, agent }, async (answer) => {
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part as Buffer)
      resolve(Buffer.concat(parts).toString())
    }).on('error', reject),
  )

test('new connections get the new certificate, with our order of ciphers; open ones are not touched', async (t) => {
  const { port, ca, second, replace, complaints, shake } = await serve(t)
  const before = await shake()
  assert.deepEqual(before, { name: 'first', cipher: 'TLS_AES_128_GCM_SHA256' })
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca })
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca })
  t.after(() => (session.close(), agent.destroy()))
  let closed = 0
  session.once('close', () => closed++)
  assert.deepEqual([await overHttp2(session, '/1'), await overHttp1(port, '/1', agent)], ['/1', '/1'])
  const [kept] = Object.values(agent.freeSockets).flat()
  kept!.once('close', () => closed++)

  replace(second)
  await eventually('the new certificate is shown', async () => (await shake()).name === 'second')
  assert.deepEqual(await shake(), { name: 'second', cipher: before.cipher })
  assert.deepEqual([await overHttp2(session, '/2'), await overHttp1(port, '/2', agent)], ['/2', '/2'])
  assert.equal(closed, 0, 'an open connection was closed')
  assert.equal(Object.values(agent.freeSockets).flat()[0], kept)
  assert.deepEqual(complaints, [])
})

test('a certificate whose key is not there yet, or a file that is gone: said, and the last good one stays', async (t) => {
  const { cert, key, first, second, replace, complaints, shake } = await serve(t)
  copyFileSync(second.certPath, cert)
  await eventually('the mismatch is told', async () => complaints.length > 0)
  assert.equal((await shake()).name, 'first')
  rmSync(key)
  const told = complaints.length
  await eventually('the missing file is told', async () => complaints.length > told + 1)
  assert.equal((await shake()).name, 'first')
  assert.ok(!JSON.stringify(complaints, (_name, value: unknown) => (value instanceof Error ? `${value.stack}` : value)).includes('PRIVATE'))
  replace(second)
  await eventually('the renewal is taken up', async () => (await shake()).name === 'second')
  assert.notEqual(first.cert, second.cert)
})
