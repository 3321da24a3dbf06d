/** The queue driver of NATS against the port's contract, and what is its own: streams, restarts, many shards, dead workers. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startNats, type NatsEngine } from '../../../../scripts/engines/nats.ts'
import { LeaseLost } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import { openNatsQueue, type NatsQueueOptions } from '../../src/drivers/queue/nats/open.ts'
import type { Lease, Queue } from '../../src/ports/queue.ts'
import { eventually } from '../contract/eventually.ts'
import { queueContract, takeNow } from '../contract/queue.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { countingLog } from '../contract/signals.ts'

describe('NATS', { timeout: 800_000 }, () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let engine: NatsEngine
  const opened: Queue[] = []
  const open = (options: Partial<NatsQueueOptions> = {}): Queue => {
    const queue = openNatsQueue({ servers: engine.servers, prefix: `t${randomId(8)}`, log: countingLog(), ...options })
    opened.push(queue)
    return queue
  }
  before(async () => {
    scratch = await scratchDirectory()
    engine = await startNats({ directory: scratch.path })
  })
  after(async () => {
    await Promise.all(opened.map((queue) => queue.close()))
    await engine.stop()
    await scratch.remove()
  })

  queueContract('NATS', async (maxAttempts) => ({ queue: open({ maxAttempts }), close: async () => {} }))

  test('over three streams', async (context) => {
    const queue = open({ shards: 3 })
    await context.test('every task is handed out once, lower priority numbers first', async () => {
      const enqueued = Array.from({ length: 60 }, (_, index) => ({ body: index, priority: (index % 4) as 0 | 1 | 2 | 3, videoId: randomId(16) }))
      await Promise.all(enqueued.map((task) => queue.enqueue(task)))
      const met: Lease[] = []
      for (let lease; (lease = await takeNow(queue)); await lease.ack()) met.push(lease)
      assert.deepEqual(met.map(({ priority }) => priority), met.map(({ priority }) => priority).toSorted())
      assert.deepEqual(met.map(({ body }) => body as number).toSorted((a, b) => a - b), enqueued.map(({ body }) => body))
    })
    await queue.close()
  })

  test('tasks, delays, leases and dead letters outlive client and server', async () => {
    const prefix = `t${randomId(8)}`
    const first = open({ prefix })
    await first.enqueue({ body: 'dead', priority: 2, videoId: 'v' })
    await (await takeNow(first))!.bury('by test')
    await first.enqueue({ body: 'ready', priority: 2, videoId: 'v' })
    await first.enqueue({ body: 'later', priority: 2, videoId: 'v', delaySeconds: 2 })
    await first.close()
    await engine.nodes[0]!.kill()
    await engine.nodes[0]!.start()
    const second = open({ prefix })
    assert.equal((await second.deadLetters(10))[0]!.body, 'dead')
    assert.equal((await takeNow(second))!.body, 'ready')
    assert.equal((await takeNow(second, { waitSeconds: 30 }))!.body, 'later')
    await second.close()
  })

  test('a waiting taker outlives a restart of the server', async () => {
    const queue = open()
    await queue.ping()
    const waiting = takeNow(queue, { waitSeconds: 60 })
    await engine.nodes[0]!.kill()
    await assert.rejects(queue.ping(), { name: 'DriverUnavailable' })
    await engine.nodes[0]!.start()
    await eventually('the queue is there again', () => queue.ping().then(() => true, () => false))
    await queue.enqueue({ body: 'after', priority: 1, videoId: 'v' })
    assert.equal((await waiting)?.body, 'after')
    await queue.close()
  })

  test('a server that lost its disk gets its streams again', async () => {
    const queue = open()
    await queue.enqueue({ body: 'lost', priority: 1, videoId: 'v' })
    await engine.nodes[0]!.kill()
    await rm(join(scratch.path, 'nats-1', 'data'), { recursive: true })
    await engine.nodes[0]!.start()
    await eventually('a task is stored', () => queue.enqueue({ body: 'new', priority: 1, videoId: 'v' }).then(() => true, () => false))
    assert.equal((await takeNow(queue, { waitSeconds: 30 }))?.body, 'new')
    await queue.close()
  })

  test('what a dead worker held comes again after 30 s without a word, and its late answers do nothing', { timeout: 90_000 }, async () => {
    const prefix = `t${randomId(8)}`
    const [dead, other] = [open({ prefix }), open({ prefix })]
    await dead.enqueue({ body: 'x', priority: 1, videoId: 'v' })
    const lost = (await takeNow(dead, { leaseSeconds: 30 }))!
    const start = performance.now()
    const again = (await takeNow(other, { leaseSeconds: 30, waitSeconds: 60 }))!
    assert.ok(performance.now() - start > 29_000)
    assert.deepEqual([again.body, again.attempt], ['x', 2])
    await eventually('the first worker hears of it', () => lost.extend().then(() => false, (error: unknown) => error instanceof LeaseLost))
    await lost.ack()
    await lost.bury('too late')
    await again.extend()
    assert.equal((await other.depth())[1]!.leased, 1)
    await again.ack()
    assert.deepEqual([(await other.depth())[1]!.leased, await other.deadLetters(10)], [0, []])
    await dead.close()
    await other.close()
  })

  test('a server that is not there is DriverUnavailable', async () => {
    const nowhere = open({ servers: ['127.0.0.1:1'] })
    await assert.rejects(nowhere.ping(), { name: 'DriverUnavailable' })
    await assert.rejects(nowhere.enqueue({ body: 1, priority: 1, videoId: 'v' }), { name: 'DriverUnavailable' })
    await assert.rejects(takeNow(nowhere), { name: 'DriverUnavailable' })
    await nowhere.close()
  })
})
