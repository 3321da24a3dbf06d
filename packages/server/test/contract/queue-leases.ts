/** The queue contract: leases, giving back, dead letters. The queue under test buries after 3 attempts. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { LeaseLost } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import type { Lease, Queue } from '../../src/ports/queue.ts'
import { eventually } from './eventually.ts'

export function leaseContract(open: () => Queue): void {
  const enqueue = async (): Promise<string> => {
    const body = randomId(8)
    await open().enqueue({ body, priority: 1, videoId: 'v' })
    return body
  }
  const take = (leaseSeconds = 60, waitSeconds = 0): Promise<Lease | undefined> => open().take({ priorities: [0, 1], leaseSeconds, waitSeconds })
  const buried = (body: string) => eventually('burial', async () => (await open().deadLetters(1000)).find((letter) => letter.body === body))

  describe('leases', () => {
    test('a task in hand is nobody else\'s, until its lease runs out; then it comes again as another attempt', async () => {
      const body = await enqueue()
      const start = performance.now()
      const lost = (await take(1))!
      assert.equal(await take(), undefined)
      const again = (await take(60, 30))!
      assert.ok(performance.now() - start >= 990)
      assert.deepEqual([again.body, again.attempt], [body, 2])
      await assert.rejects(lost.extend(), LeaseLost)
      await lost.ack()
      await lost.retry(0, 'too late')
      await lost.bury('too late')
      assert.equal(await take(), undefined)
      await again.extend()
      await again.ack()
    })

    test('extending keeps it for as long as it is extended', async () => {
      await enqueue()
      const lease = (await take(3))!
      for (let round = 0; round < 5; round++) {
        await pause(700)
        await lease.extend()
        assert.equal(await take(), undefined)
      }
      await lease.ack()
    })

    test('a worker that finished after its lease, before anybody else took the task, is in time', async () => {
      await enqueue()
      const lease = (await take(0.1))!
      await pause(150)
      await lease.ack()
      assert.equal(await take(), undefined)
    })

    test('after retry it comes again, not before the delay', async () => {
      const body = await enqueue()
      await (await take())!.retry(0, 'at once')
      const second = (await take(60, 30))!
      assert.deepEqual([second.body, second.attempt], [body, 2])
      const start = performance.now()
      await second.retry(1, 'in a second')
      assert.equal(await take(), undefined)
      const third = (await take(60, 30))!
      assert.ok(performance.now() - start >= 990)
      assert.equal(third.attempt, 3)
      await third.ack()
    })

    test('a task that is given back wakes a waiting taker', async () => {
      const body = await enqueue()
      const lease = (await take())!
      const waiting = take(60, 30)
      await lease.retry(0, 'for another')
      assert.equal((await waiting)?.body, body)
    })

    test('a buried task is a dead letter with its reason, newest first, until it is removed', async () => {
      const bodies = [await enqueue(), await enqueue()]
      for (const body of bodies) await (await take())!.bury(`no use: ${body}`)
      const letters = await open().deadLetters(2)
      assert.deepEqual(letters.map((letter) => letter.body), bodies.toReversed())
      assert.deepEqual([letters[0]!.videoId, letters[0]!.attempts, letters[0]!.reason], ['v', 1, `no use: ${bodies[1]}`])
      assert.ok(Math.abs(letters[0]!.buriedAt - Date.now()) < 60_000)
      assert.equal(await take(), undefined)
      for (const letter of letters) await open().removeDeadLetter(letter.id)
      await open().removeDeadLetter('no such letter')
      assert.equal((await open().deadLetters(1000)).some((letter) => bodies.includes(letter.body as string)), false)
    })

    test('the last attempt that is given back buries the task, with the reason', async () => {
      const body = await enqueue()
      for (let attempt = 1; attempt <= 3; attempt++) await (await take(60, 30))!.retry(0, `failed ${attempt}`)
      const letter = await buried(body)
      assert.deepEqual([letter.attempts, letter.reason], [3, 'failed 3'])
      assert.equal(await take(), undefined)
    })

    test('a task that was handed out so often and never answered is buried by the driver', async () => {
      const body = await enqueue()
      for (let attempt = 1; attempt <= 3; attempt++) assert.equal((await take(0.1, 30))!.attempt, attempt)
      assert.equal(await take(60, 1), undefined)
      assert.equal((await buried(body)).attempts, 3)
    })
  })
}
