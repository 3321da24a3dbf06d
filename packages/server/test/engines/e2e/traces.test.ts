/** One trace over processes: an api and two encoders on real engines, each of which sends its own spans. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { scratchDirectory } from '../../contract/scratch-directory.ts'
import { generateClip } from '../../e2e/clips.ts'
import { checkNothingLeaks, checkTrace } from '../../fixtures/check-trace.ts'
import { startTraceReceiver } from '../../fixtures/trace-receiver.ts'
import { startInstallation } from './start-installation.ts'

test('from complete to ready in one trace, whoever does what', { timeout: 600_000 }, async (t) => {
  const [receiver, scratch] = [await startTraceReceiver(), await scratchDirectory()]
  const installation = await startInstallation(['api', 'encoder', 'encoder'], { SLUICE_OTLP_ENDPOINT: receiver.url, SLUICE_ENCODER_PRESET: 'ultrafast' })
  t.after(async () => {
    await installation.dispose()
    await receiver.close()
    await scratch.remove()
  })
  const { token } = await createClient({ baseUrl: installation.url }).accounts.create({ handle: 'traced', password: 'correct horse battery' })
  const client = createClient({ baseUrl: installation.url, token })
  const source = await fileSource(generateClip(join(scratch.path, '100s.mp4'), { seconds: 100, size: '426x240' }))
  const { id } = await createUpload(client, source).start()
  await source.close?.()
  assert.equal((await client.videos.untilPlayable(id, { ready: true })).state, 'ready')
  while (!receiver.spans.some(({ name }) => name === 'video')) await wait(50)
  await Promise.all(installation.processes.map(({ server }) => server.stop()))

  checkTrace(receiver.spans, id, 4)
  checkNothingLeaks(receiver.raw(), [token])
  const rolesOf = (name: string) => [...new Set(receiver.spans.filter((one) => one.name === name).flatMap(({ roles }) => roles))]
  assert.deepEqual([rolesOf('complete'), rolesOf('inspect'), rolesOf('chunk')], [['api'], ['encoder'], ['encoder']])
  t.diagnostic(`${receiver.spans.length} spans of ${new Set(receiver.spans.map(({ instance }) => instance)).size} processes`)
})
