/** `sluice edge-keys`: who gets the keys, what is written, and that nothing is written without need. */
import assert from 'node:assert/strict'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { registerEdgeKeysRoutes } from '@sluice/server/stream/sign/edge-keys-routes'
import { rotateKeys } from '@sluice/server/stream/sign/rotate-keys'
import type { Documents } from '@sluice/server/ports/documents'
import { startApi } from '../../server/test/api/start-api.ts'
import { uploadSmall } from '../../server/test/api/upload-file.ts'
import { hasZeroByte, varnishKeys } from '../src/edge-keys/varnish-keys.ts'
import { withHome } from './run-cli.ts'

const secret = 'a-secret-of-the-caches-that-nobody-guesses'

async function start(t: TestContext, given = secret) {
  let documents: Documents
  const api = await startApi(t, { change: (ports) => ({ documents: (documents = ports.documents) }), routes: [(app) => registerEdgeKeysRoutes(app, { documents, secret: given })] })
  const rotate = (force = false) => rotateKeys(api.documents, api.now, { longestTokenMs: 86_400_000, force })
  await rotate()
  return { api, rotate }
}

test('the route: administrators and the secret; nobody else, and no key in the log', async (t) => {
  const { api, rotate } = await start(t)
  const [administrator, other] = [await api.signUp('ada'), await api.signUp('bob')]
  const [key] = await rotate()
  for (const token of [administrator.token, secret]) {
    const { status, body, headers } = await api.call('GET', '/edge-keys', { token })
    assert.deepEqual([status, body], [200, { keys: [{ kid: 'k1', secret: key!.secret }], withdrawn: [] }])
    assert.equal(headers.get('cache-control'), 'no-store')
  }
  await api.refused('forbidden', 'GET', '/edge-keys', { token: other.token })
  for (const token of [undefined, `${secret}x`, secret.slice(1), 'x'.repeat(43)]) await api.refused('unauthorized', 'GET', '/edge-keys', { token })
  assert.ok(!api.logged.some((line) => line.includes(key!.secret) || line.includes(secret)))
})

test('videos that were made private or deleted are told, before their documents say so; others are not', async (t) => {
  const { api } = await start(t)
  const { token } = await api.signUp('ada')
  const [shown, hidden, removed] = [await uploadSmall(api, token), await uploadSmall(api, token), await uploadSmall(api, token)]
  const withdrawn = async () => (await api.call('GET', '/edge-keys', { token: secret })).body.withdrawn
  await api.call('PATCH', `/videos/${shown}`, { token, body: { title: 'Another title' } })
  await api.call('PATCH', `/videos/${shown}`, { token, body: { visibility: 'unlisted' } })
  assert.deepEqual(await withdrawn(), [])
  assert.equal((await api.call('PATCH', `/videos/${hidden}`, { token, body: { visibility: 'private' } })).status, 200)
  assert.equal((await api.call('DELETE', `/videos/${removed}`, { token })).status, 204)
  assert.deepEqual(await withdrawn(), [hidden, removed].toSorted())
  api.forward(5 * 86_400_000 + 1000)
  assert.deepEqual(await withdrawn(), [])
})

test('without a secret set, no bearer is it', async (t) => {
  const { api } = await start(t, '')
  for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: 'Bearer' }] as Record<string, string>[]) await api.refused('unauthorized', 'GET', '/edge-keys', { headers })
})

test('each form is written, once, for its owner alone; a rotation changes it', async (t) => {
  const { api, rotate } = await start(t)
  const [key] = await rotate()
  await withHome(async ({ run, path }) => {
    const environment = { SLUICE_URL: api.origin, SLUICE_TOKEN: secret }
    const write = (form: string, out = `${form}.keys`) => run(['edge-keys', form, '--out', out], { environment })
    for (const form of ['nginx', 'varnish', 'cloudfront', 'json']) {
      const file = join(path, `${form}.keys`)
      const { code, stdout, stderr } = await write(form)
      assert.deepEqual([code, stdout, stderr], [0, 'changed\n', ''])
      assert.equal((await stat(file)).mode & 0o777, 0o600)
      assert.ok((await readFile(file, 'utf8')).includes(key!.secret))
      const { mtimeMs } = await stat(file)
      assert.equal((await write(form)).stdout, 'unchanged\n')
      assert.equal((await stat(file)).mtimeMs, mtimeMs)
    }
    assert.equal(await readFile(join(path, 'nginx.keys'), 'utf8'), `# Made by \`sluice edge-keys nginx\`. Secret: mode 600.\nmap $sluice_kid $sluice_secret {\n    default "";\n    "k1" "${key!.secret}";\n}\nmap $sluice_video $sluice_withdrawn {\n    default "";\n}\n`)
    await chmod(join(path, 'nginx.keys'), 0o640)
    await rotate(true)
    assert.equal((await write('nginx')).stdout, 'changed\n')
    assert.match(await readFile(join(path, 'nginx.keys'), 'utf8'), /"k1" "\S+";\n    "k2" "\S+";\n\}/)
    assert.equal((await stat(join(path, 'nginx.keys'))).mode & 0o777, 0o640, 'who may read it is the operator’s choice')
  })
})

test('what goes wrong leaves the file as it is', async (t) => {
  const { api } = await start(t)
  await withHome(async ({ run, path }) => {
    await writeFile(join(path, 'keys'), 'the keys of before')
    const write = (environment: Record<string, string>, args = ['nginx', '--out', 'keys']) => run(['edge-keys', ...args], { environment })
    assert.equal((await write({ SLUICE_URL: api.origin, SLUICE_TOKEN: 'no' })).code, 3)
    assert.equal((await write({ SLUICE_URL: 'http://127.0.0.1:9', SLUICE_TOKEN: secret })).code, 1)
    for (const args of [[], ['nginx'], ['apache', '--out', 'keys'], ['nginx', 'varnish', '--out', 'keys']]) assert.equal((await write({ SLUICE_URL: api.origin, SLUICE_TOKEN: secret }, args)).code, 2)
    assert.equal(await readFile(join(path, 'keys'), 'utf8'), 'the keys of before')
  })
})

test('keys made from now on have no zero byte; an older one is left out for Varnish', async (t) => {
  const { rotate } = await start(t)
  assert.equal((await rotate()).some(hasZeroByte), false)
  const old = { kid: 'k1', secret: Buffer.alloc(32).toString('base64url') }
  assert.ok(hasZeroByte(old))
  assert.doesNotMatch(varnishKeys({ keys: [old], withdrawn: [] }), /k1/)
})
