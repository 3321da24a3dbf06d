/** The doctor's lines on a machine that lacks something. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkPort } from '../src/doctor/check-machine.ts'
import { checkNode } from '../src/doctor/check-programs.ts'
import { withHome } from './run-cli.ts'

const quiet = { SLUICE_HTTP_PORT: '0', SLUICE_HTTP_HOST: '127.0.0.1' }

test('a machine that has everything is well', () =>
  withHome(async ({ run, path }) => {
    const { code, stdout } = await run(['doctor'], { environment: quiet })
    assert.match(stdout, /^ok {7}Node 24/)
    assert.match(stdout, /^ok {7}settings$/m)
    assert.match(stdout, /^ok {7}ffmpeg .*x264.*aac$/m)
    assert.ok(stdout.includes(`ok       data directory ${join(path, 'data')} (will be made)\n`))
    assert.equal(code, /^missing/m.test(stdout) ? 1 : 0)
  }))

test('what is missing has a remedy, and ends with 1', () =>
  withHome(async ({ run, path }) => {
    await writeFile(join(path, 'file'), '')
    const environment = { ...quiet, SLUICE_FFMPEG: join(path, 'no-ffmpeg'), SLUICE_DATA_DIR: join(path, 'file') }
    const { code, stdout } = await run(['doctor'], { environment })
    assert.equal(code, 1)
    assert.match(stdout, /^missing {2}.*no-ffmpeg.*\n +→ .*ffmpeg/m)
    assert.match(stdout, /^missing {2}.*file is not a directory\n +→ set SLUICE_DATA_DIR/m)
  }))

test('a wrong setting is told, and the rest is still checked', () =>
  withHome(async ({ run }) => {
    const { code, stdout } = await run(['doctor'], { environment: { ...quiet, SLUICE_ROLES: 'api,cook' } })
    assert.equal(code, 1)
    assert.match(stdout, /^missing {2}SLUICE_ROLES: "api,cook" is not/m)
    assert.match(stdout, /^ok {7}ffmpeg/m)
  }))

test('a port of another program is missing, a free one is well', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const taken = await checkPort('127.0.0.1', port)
  assert.equal(taken.result, 'missing')
  assert.match(taken.remedy!, new RegExp(`SLUICE_HTTP_PORT=${port + 1}`))
  await new Promise((resolve) => server.close(resolve))
  assert.equal((await checkPort('127.0.0.1', port)).result, 'ok')
})

test('an old Node is told how to be replaced', () => {
  assert.deepEqual(checkNode('20.19.2'), { result: 'missing', about: 'Node 20.19.2; 24 is needed', remedy: 'npm install' })
})
