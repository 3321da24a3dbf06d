/** The trace of a video as a collector gets it from the real server; and the server with a collector that is away. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { checkNothingLeaks, checkTrace } from '../fixtures/check-trace.ts'
import { startTraceReceiver } from '../fixtures/trace-receiver.ts'
import { generateClip } from './clips.ts'
import { freePort } from './free-port.ts'
import { startServer, type Server } from './start-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-traces-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const title = 'a title that nobody else has'

/** Uploads it and waits until it is ready. Answers its id and the token of its owner. */
async function makeReady(server: Server, clip: string): Promise<{ id: string; token: string }> {
  const { token } = await createClient({ baseUrl: server.url }).accounts.create({ handle: 'traced', password: 'correct horse battery' })
  const client = createClient({ baseUrl: server.url, token })
  const source = await fileSource(clip)
  const { id } = await createUpload(client, source, { title }).start()
  await source.close?.()
  const { state, failure } = await client.videos.untilPlayable(id, { ready: true })
  assert.equal(state, 'ready', JSON.stringify(failure))
  return { id, token }
}

test('from complete to ready in one trace', { timeout: 300_000 }, async (t) => {
  const receiver = await startTraceReceiver()
  const server = await startServer({ SLUICE_OTLP_ENDPOINT: receiver.url, SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(async () => {
    await server.dispose()
    await receiver.close()
  })
  const { id, token } = await makeReady(server, generateClip(join(folder, '40s.mp4'), { seconds: 40, size: '426x240' }))
  // Spans of tasks that still run then would lack parents that are not sent yet.
  while (!receiver.spans.some(({ name }) => name === 'video')) await wait(50)
  await server.stop()
  checkTrace(receiver.spans, id, 2)
  checkNothingLeaks(receiver.raw(), [token, title, 'correct horse battery'])
})

test('with a collector that is away all goes on as without one', { timeout: 300_000 }, async (t) => {
  const server = await startServer({ SLUICE_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(() => server.dispose())
  await makeReady(server, generateClip(join(folder, '6s.mp4'), { seconds: 6, size: '426x240' }))
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200, 'it is not needed')
  assert.equal(await server.stop(), 0)
  assert.match(server.output(), /the collector of traces takes nothing/)
})
