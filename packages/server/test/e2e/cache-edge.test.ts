/** An edge over an edge as a process of its own: started before its origin, it becomes ready, serves, counts, and serves on alone. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { generateClip } from './clips.ts'
import { freePort } from './free-port.ts'
import { startServer } from './start-server.ts'

const secret = 'x'.repeat(40)

test('an edge over an edge: who starts first does not matter; with its origin away it plays on', { timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cache-edge-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [originPort, edgePort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${edgePort}`
  const starting = startServer({ SLUICE_HTTP_PORT: String(edgePort), SLUICE_ROLES: 'edge', SLUICE_EDGE_ORIGIN: `http://127.0.0.1:${originPort}`, SLUICE_EDGE_KEYS_SECRET: secret })
  t.after(async () => (await starting).dispose())
  const readiness = async () => fetch(`${url}/readyz`).then(async (answer) => ({ ...((await answer.json()) as { missing?: string[]; degraded?: string[] }), status: answer.status }), () => undefined)
  const until = async (holds: (found: Awaited<ReturnType<typeof readiness>>) => boolean) => {
    for (const since = Date.now(); ; await wait(100)) {
      const found = await readiness()
      if (holds(found)) return
      assert.ok(Date.now() - since < 60_000, JSON.stringify(found))
    }
  }
  await until((found) => found?.status === 503 && String(found.missing) === 'keys')

  const origin = await startServer({ SLUICE_HTTP_PORT: String(originPort), SLUICE_EDGE_KEYS_SECRET: secret, SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(() => origin.dispose())
  const signedUp = await createClient({ baseUrl: origin.url }).accounts.create({ handle: 'ada', password: 'correct horse battery' })
  const client = createClient({ baseUrl: origin.url, token: signedUp.token })
  const clip = generateClip(join(folder, 'clip.mp4'), { seconds: 4, bitsPerSecond: 500_000 })
  const { id } = await createUpload(client, await fileSource(clip)).start()
  await client.videos.untilPlayable(id, { ready: true, signal: AbortSignal.timeout(120_000) })
  const { dashUrl } = await client.videos.play(id)
  await starting
  const manifest = dashUrl.replace(origin.url, url)
  const first = await fetch(manifest)
  assert.equal(first.status, 200)
  const text = await first.text()
  assert.match(await (await fetch(`${url}/metrics`)).text(), /sluice_edge_answers_total\{[^}]*"miss"\} 1/)

  await origin.stop()
  const again = await fetch(manifest)
  assert.deepEqual([again.status, again.headers.get('cache-status'), await again.text()], [200, 'sluice; hit', text])
  await until((found) => found?.status === 200 && String(found.degraded) === 'origin')
})
