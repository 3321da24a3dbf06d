/** The NATS queue when the network fails: refused, slow, silent, cut midway, and answers that never came. */
import { after, afterEach, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { startNats, type NatsEngine } from '../../../../scripts/engines/nats.ts'
import { openNatsQueue } from '../../src/drivers/queue/nats/open.ts'
import type { Queue } from '../../src/ports/queue.ts'
import { eventually } from '../contract/eventually.ts'
import { takeNow } from '../contract/queue.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { countingLog } from '../contract/signals.ts'
import { losing, openFaultyProxy, type FaultyProxy } from '../fixtures/faulty-proxy.ts'

describe('NATS behind a bad network', { timeout: 800_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let engine: NatsEngine
  let proxy: FaultyProxy
  let queue: Queue
  let witness: Queue
  const enqueue = (body: unknown) => queue.enqueue({ body, priority: 1, videoId: 'v' })

  const losingAnswers = (loseAnswerTo: string, times?: number) => losing(proxy, { loseAnswerTo }, times)

  before(async () => {
    scratch = await scratchDirectory()
    engine = await startNats({ directory: scratch.path })
    proxy = await openFaultyProxy({ port: engine.ports[0]!.client })
    const open = (port: number) => openNatsQueue({ servers: [`127.0.0.1:${port}`], prefix: 'faults', log: countingLog() })
    witness = open(engine.ports[0]!.client)
    await witness.ping()
    queue = open(proxy.port)
    await queue.ping()
  })
  afterEach(async () => {
    proxy.set('pass')
    await eventually('the driver is well again', () => queue.ping().then(() => true, () => false))
    for (let lease; (lease = await takeNow(witness)); ) await lease.ack()
  })
  after(async () => {
    await queue.close()
    await witness.close()
    await proxy.close()
    await engine.stop()
    await scratch.remove()
  })

  test('a task whose acknowledgement was lost is stored once', async () => {
    const lost = losingAnswers('"body":"once"')
    await enqueue('once')
    lost()
    const lease = (await takeNow(witness))!
    assert.equal(lease.body, 'once')
    assert.equal(await takeNow(witness), undefined)
    await lease.ack()
  })

  test('an ack whose confirmation was lost is an ack', async () => {
    await enqueue('x')
    const lease = (await takeNow(queue))!
    const lost = losingAnswers('+ACK')
    await lease.ack()
    lost()
    assert.equal((await witness.depth())[1]!.leased, 0)
  })

  test('giving back with lost answers makes one task, with its attempts', async () => {
    await enqueue('back')
    const lease = (await takeNow(queue))!
    const lost = losingAnswers('"body":"back"')
    await lease.retry(0, 'by test')
    lost()
    const again = (await takeNow(witness))!
    assert.deepEqual([again.body, again.attempt], ['back', 2])
    assert.equal(await takeNow(witness), undefined)
    await again.ack()
  })

  test('refused: DriverUnavailable in time; a waiting taker waits on, and gets the task that comes afterwards', async () => {
    const waiting = takeNow(queue, { waitSeconds: 60 })
    proxy.set('refuse')
    await assert.rejects(enqueue('x'), { name: 'DriverUnavailable' })
    await assert.rejects(queue.ping(), { name: 'DriverUnavailable' })
    proxy.set('pass')
    await witness.enqueue({ body: 'after', priority: 1, videoId: 'v' })
    const lease = (await waiting)!
    // What was refused may have waited in the client and come, too.
    assert.ok(['after', 'x'].includes(lease.body as string))
    await lease.ack()
  })

  test('silent: DriverUnavailable in time, and the connection is given up for a new one', async () => {
    proxy.set('silent')
    await assert.rejects(queue.ping(), { name: 'DriverUnavailable' })
    await pause(100)
  })

  test('slow: all is done', async () => {
    proxy.set({ slowMs: 150 })
    await enqueue('slow')
    const lease = (await takeNow(queue))!
    await lease.extend()
    await lease.ack()
    assert.equal(lease.body, 'slow')
  })

  test('under cuts every task is done at least once, and none is left', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `n${index}`)
    const met = new Set<unknown>()
    let working = true
    const trouble = (async () => {
      while (working) {
        await pause(400)
        proxy.cut()
      }
    })()
    const again = async (call: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        try {
          return void (await call())
        } catch (error) {
          if ((error as Error).name !== 'DriverUnavailable') throw error
        }
      }
    }
    const produce = async () => {
      for (const name of names) await again(() => enqueue(name))
    }
    const work = async () => {
      while (met.size < names.length) {
        const lease = await queue.take({ priorities: [1], leaseSeconds: 2, waitSeconds: 1 }).catch(() => undefined)
        if (!lease) continue
        met.add(lease.body)
        await lease.ack().catch(() => {})
      }
    }
    await Promise.all([produce(), work(), work()])
    working = false
    await trouble
    assert.deepEqual([...met].toSorted(), names.toSorted())
  })
})
