/** Sources over https: read where an authority vouches for the server, refused where none does. */
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inputLimits } from '../../src/media/limits.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

const run = promisify(execFile)
let scratch: Awaited<ReturnType<typeof scratchDirectory>>
let server: Server
let url: string
before(async () => {
  scratch = await scratchDirectory()
  const at = (name: string) => join(scratch.path, name)
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', at('key.pem'), '-out', at('own.pem'),
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:TRUE',
  ], { stdio: 'ignore' })
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=1', at('tone.wav')])
  const tone = readFileSync(at('tone.wav'))
  server = createServer({ key: readFileSync(at('key.pem')), cert: readFileSync(at('own.pem')) }, (_request, response) => response.writeHead(200, { 'content-length': tone.length }).end(tone))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://localhost:${(server.address() as AddressInfo).port}/tone.wav`
})
after(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await scratch.remove()
})

const probe = (limits: string[]) => run('ffprobe', ['-v', 'error', ...limits, '-show_entries', 'format=duration', '-of', 'csv=p=0', url], { timeout: 300_000 })

test('a server that an authority vouches for is read', async () => {
  const { stdout } = await probe(inputLimits(url, undefined, join(scratch.path, 'own.pem')))
  assert.equal(Number(stdout), 1)
})

test('one that shows a certificate of its own making is refused', async () => {
  await assert.rejects(probe(inputLimits(url)))
})
