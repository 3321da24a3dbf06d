/** docs/openapi.json says what the API is. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { describeApi } from '../../src/roles/describe-api.ts'
import { startApi } from './start-api.ts'

const rewrite = `node -e "import('./packages/server/src/roles/describe-api.ts').then((m) => m.writeOpenApi('docs/openapi.json'))"`

test('docs/openapi.json is the description of the routes', async () => {
  const written = JSON.parse(await readFile(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'))
  assert.deepEqual(await describeApi(), written, `it drifted: run ${rewrite}`)
})

test('it is OpenAPI 3.1 and has every route of the contract', async () => {
  const described = (await describeApi()) as { openapi: string; paths: Record<string, Record<string, { responses: object; summary: string }>> }
  assert.equal(described.openapi, '3.1.0')
  const routes = Object.entries(described.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  assert.deepEqual(routes.toSorted(), [
    'DELETE /api/v1/sessions',
    'DELETE /api/v1/uploads/{id}',
    'DELETE /api/v1/videos/{id}',
    'DELETE /api/v1/videos/{id}/captions/{captionId}',
    'GET /api/v1/accounts/me',
    'GET /api/v1/edge-keys',
    'GET /api/v1/uploads/{id}',
    'GET /api/v1/videos',
    'GET /api/v1/videos/{id}',
    'GET /api/v1/videos/{id}/audience',
    'GET /api/v1/videos/{id}/captions',
    'GET /api/v1/videos/{id}/events',
    'GET /api/v1/videos/{id}/posters',
    'PATCH /api/v1/videos/{id}',
    'POST /api/v1/accounts',
    'POST /api/v1/sessions',
    'POST /api/v1/uploads',
    'POST /api/v1/uploads/{id}/complete',
    'POST /api/v1/uploads/{id}/part-urls',
    'POST /api/v1/videos/{id}/downloads',
    'POST /api/v1/videos/{id}/play',
    'POST /api/v1/videos/{id}/playbacks',
    'POST /api/v1/videos/{id}/retry',
    'PUT /api/v1/videos/{id}/captions/{language}',
  ])
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, route] of Object.entries(methods)) {
      assert.ok(route.summary, `${method} ${path} has no summary`)
      assert.ok('4XX' in route.responses, `${method} ${path} has no error answer`)
    }
  }
})

test('it is served', async (t) => {
  const api = await startApi(t)
  const { status, headers, body } = await api.call('GET', '/openapi.json')
  assert.equal(status, 200)
  assert.match(headers.get('content-type')!, /^application\/json/)
  assert.equal(body.openapi, '3.1.0')
})
