/** Every role tells how it is, also where there is no api. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { startRolesForTest } from './start-roles.ts'

for (const roles of ['api', 'encoder', 'edge', 'api,encoder,edge']) {
  test(`${roles}: health, readiness and metrics`, { timeout: 60_000 }, async () => {
    const started = await startRolesForTest({ SLUICE_ROLES: roles, SLUICE_SANDBOX: 'off' })
    try {
      assert.deepEqual(await (await fetch(`${started.url}/healthz`)).json(), { status: 'ok' })
      assert.deepEqual(await started.ready(), { status: 200 })
      const metrics = await (await fetch(`${started.url}/metrics`)).text()
      assert.match(metrics, /^process_cpu_seconds_total \d/m)
      assert.match(metrics, /^sluice_queue_tasks\{priority="0",state="ready"\} 0$/m)
      assert.match(metrics, /^sluice_dependency_up\{dependency="objects"\} 1$/m)
      const other = await fetch(`${started.url}/api/v1/videos`)
      assert.equal(other.status, roles.includes('api') ? 200 : 404)
      assert.match(other.headers.get('content-type')!, roles.includes('api') ? /^application\/json/ : /^application\/problem\+json/)
      if (roles.includes('edge')) assert.equal((await fetch(`${started.url}/p/bad/v/x`)).status, 400)
      await fetch(`${started.url}/api/v1/nowhere`)
      const counted = await (await fetch(`${started.url}/metrics`)).text()
      assert.match(counted, /^sluice_problems_total\{code="not_found"\} [1-9]/m)
      if (roles.includes('edge')) assert.match(counted, /^sluice_problems_total\{code="token_malformed"\} 1$/m)
      assert.match(counted, /^# TYPE sluice_time_to_playable_seconds histogram$/m)
    } finally {
      await started.stop()
    }
  })
}
