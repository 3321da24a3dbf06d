/** The signals driver of NATS against the port's contract, over two connections; and through a restart of the server. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { startNats, type NatsEngine } from '../../../../scripts/engines/nats.ts'
import { openNatsSignals } from '../../src/drivers/signals/nats/open.ts'
import { eventually } from '../contract/eventually.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { countingLog, signalsContract } from '../contract/signals.ts'

describe('NATS', { timeout: 200_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let engine: NatsEngine
  const open = (log = countingLog()) => openNatsSignals({ servers: engine.servers, prefix: 'test', log })
  before(async () => {
    scratch = await scratchDirectory()
    engine = await startNats({ directory: scratch.path })
  })
  after(async () => {
    await engine.stop()
    await scratch.remove()
  })

  signalsContract('NATS, between two processes', async (log) => ({ signals: openNatsSignals({ servers: engine.servers, prefix: 'test', log }), elsewhere: open(), close: async () => {} }))

  test('subscriptions outlive a restart; while the server is away publishing loses the signal and is no error', async () => {
    const [here, there] = [open(), open()]
    let met = 0
    here.subscribe('video.x', () => met++)
    await eventually('a signal', async () => (await there.publish('video.x', 1), met > 0))
    await engine.nodes[0]!.kill()
    await eventually('the loss is noticed', () => there.ping().then(() => false, () => true))
    await there.publish('video.x', 2)
    await engine.nodes[0]!.start()
    const before = met
    await eventually('a signal again', async () => (await there.publish('video.x', 3), met > before))
    await here.close()
    await there.close()
  })

  test('made before the server is there, subscriptions come with it', async () => {
    await engine.nodes[0]!.kill()
    const [here, there] = [open(), open()]
    let met = 0
    here.subscribe('video.y', () => met++)
    await there.publish('video.y', 1)
    await assert.rejects(here.ping(), { name: 'DriverUnavailable' })
    await engine.nodes[0]!.start()
    await eventually('a signal', async () => (await there.publish('video.y', 1), met > 0))
    await here.close()
    await there.close()
  })

  test('a topic with a wildcard is refused', async () => {
    const signals = open()
    assert.throws(() => signals.subscribe('video.*', () => {}), TypeError)
    await assert.rejects(signals.publish('>', 1), TypeError)
    await signals.close()
  })
})
