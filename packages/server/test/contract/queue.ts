/** The contract of the queue port: every driver passes it. Lower bounds of time only: a loaded machine is late, never early. */
import { after, before, beforeEach, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomId } from '../../src/base/id.ts'
import type { Lease, Priority, Queue } from '../../src/ports/queue.ts'
import { eventually } from './eventually.ts'
import { leaseContract } from './queue-leases.ts'

export type OpenedQueue = {
  queue: Queue
  /** Removes the store; `queue` is closed already. */
  close: () => Promise<void>
}

export const allPriorities: Priority[] = [0, 1, 2, 3]

/** Takes what is there now. */
export const takeNow = (queue: Queue, options: Partial<Parameters<Queue['take']>[0]> = {}): Promise<Lease | undefined> =>
  queue.take({ priorities: allPriorities, leaseSeconds: 60, waitSeconds: 0, ...options })

/** `open` is called with the attempts after which a task is buried. */
export function queueContract(name: string, open: (maxAttempts: number) => Promise<OpenedQueue>): void {
  describe(`queue on ${name}`, { timeout: 180_000 }, () => {
    let opened: OpenedQueue
    let queue: Queue
    before(async () => {
      opened = await open(3)
      queue = opened.queue
    })
    after(async () => {
      await queue.close()
      await opened.close()
    })
    beforeEach(async () => {
      for (let lease; (lease = await takeNow(queue)); ) await lease.ack()
    })

    const enqueue = (priority: Priority, body: unknown, delaySeconds?: number) => queue.enqueue({ body, priority, videoId: randomId(16), delaySeconds })

    test('an empty queue answers undefined, at once or after the wait', async () => {
      assert.equal(await takeNow(queue), undefined)
      const start = performance.now()
      assert.equal(await takeNow(queue, { waitSeconds: 0.3 }), undefined)
      assert.ok(performance.now() - start >= 290)
    })

    test('a task arrives with its body, its video and its attempt, and is gone after ack', async () => {
      const body = { kind: 'chunk', list: [1, 'ä'] }
      await queue.enqueue({ body, priority: 2, videoId: 'v1' })
      const lease = (await takeNow(queue))!
      assert.deepEqual([lease.body, lease.priority, lease.videoId, lease.attempt], [body, 2, 'v1', 1])
      await lease.ack()
      await lease.ack()
      assert.equal(await takeNow(queue), undefined)
    })

    test('lower priority numbers come first, then the older', async () => {
      for (const [priority, body] of [[3, 'd'], [2, 'c1'], [0, 'a1'], [2, 'c2'], [1, 'b'], [0, 'a2']] as const) await enqueue(priority, body)
      const order = []
      for (let lease; (lease = await takeNow(queue)); await lease.ack()) order.push(lease.body)
      assert.deepEqual(order, ['a1', 'a2', 'b', 'c1', 'c2', 'd'])
    })

    test('only the priorities that were asked for are handed out', async () => {
      await enqueue(2, 'bulk')
      assert.equal(await takeNow(queue, { priorities: [0, 1, 3] }), undefined)
      assert.equal((await takeNow(queue, { priorities: [2] }))!.body, 'bulk')
    })

    test('the same task may be put in twice', async () => {
      await queue.enqueue({ body: 'same', priority: 1, videoId: 'v' })
      await queue.enqueue({ body: 'same', priority: 0, videoId: 'v' })
      assert.deepEqual([(await takeNow(queue))?.body, (await takeNow(queue))?.body, await takeNow(queue)], ['same', 'same', undefined])
    })

    test('a delayed task is not handed out early, and then wakes a waiting taker', async () => {
      const start = performance.now()
      await enqueue(1, 'later', 1)
      assert.equal(await takeNow(queue), undefined)
      const lease = await takeNow(queue, { waitSeconds: 30 })
      assert.equal(lease?.body, 'later')
      assert.ok(performance.now() - start >= 990)
    })

    test('a waiting taker is woken by a task of its priorities, and by no other', async () => {
      const waiting = takeNow(queue, { priorities: [0, 1], waitSeconds: 30 })
      await enqueue(2, 'not for it')
      await enqueue(1, 'for it')
      assert.equal((await waiting)?.body, 'for it')
    })

    test('several waiting takers get a task each, whenever it comes', async () => {
      const waiting = Array.from({ length: 8 }, () => takeNow(queue, { waitSeconds: 30 }))
      await Promise.all(waiting.map((_, index) => enqueue(2, index)))
      const bodies = (await Promise.all(waiting)).map((lease) => lease?.body as number)
      assert.deepEqual(bodies.sort(), [0, 1, 2, 3, 4, 5, 6, 7])
    })

    test('a taker whose signal aborts answers undefined, and takes nothing with it', async () => {
      const controller = new AbortController()
      const waiting = takeNow(queue, { waitSeconds: 30, signal: controller.signal })
      controller.abort()
      assert.equal(await waiting, undefined)
      await enqueue(2, 'still there')
      assert.equal(await takeNow(queue, { signal: controller.signal }), undefined)
      const lease = await takeNow(queue)
      assert.deepEqual([lease?.body, lease?.attempt], ['still there', 1])
    })

    test('100 tasks and 10 workers: each task is handed to one of them', async () => {
      await Promise.all(Array.from({ length: 100 }, (_, index) => enqueue(2, index)))
      const met: number[] = []
      const work = async () => {
        for (let lease; (lease = await takeNow(queue)); await lease.ack()) met.push(lease.body as number)
      }
      await Promise.all(Array.from({ length: 10 }, work))
      assert.deepEqual(met.sort((a, b) => a - b), Array.from({ length: 100 }, (_, index) => index))
    })

    test('depth counts what is ready, delayed and leased, by priority', async () => {
      const before = await queue.depth()
      await enqueue(3, 'leased')
      const lease = (await takeNow(queue))!
      await enqueue(3, 'ready')
      await enqueue(3, 'delayed', 60)
      const after = await queue.depth()
      assert.deepEqual(after.map(({ priority }) => priority), allPriorities)
      assert.deepEqual([before[3]!.ready, after[3]!.ready, after[0]!.ready], [0, 1, 0])
      assert.deepEqual([after[3]!.leased - before[3]!.leased, after[3]!.delayed - before[3]!.delayed], [1, 1])
      await eventually('the ready task ages', async () => (await queue.depth())[3]!.oldestSeconds > 0)
      await lease.ack()
      assert.equal((await queue.depth())[3]!.leased, before[3]!.leased)
    })

    test('what no caller may ask is refused', async () => {
      await assert.rejects(async () => enqueue(1, undefined), TypeError)
      await assert.rejects(async () => enqueue(1, 'x'.repeat(70_000)), RangeError)
      await assert.rejects(async () => enqueue(1, 'x', -1), RangeError)
      await assert.rejects(async () => takeNow(queue, { priorities: [] }), TypeError)
      await assert.rejects(async () => takeNow(queue, { leaseSeconds: 0 }), RangeError)
    })

    leaseContract(() => queue)
  })

  test(`closing a queue on ${name} ends waiting takes with undefined`, { timeout: 60_000 }, async () => {
    const { queue, close } = await open(3)
    await queue.ping()
    const waiting = takeNow(queue, { waitSeconds: 600 })
    await queue.close()
    assert.equal(await waiting, undefined)
    await assert.rejects(queue.ping(), { name: 'DriverUnavailable' })
    await close()
  })
}
