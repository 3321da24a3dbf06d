/** The contract of the signals port: every driver passes it. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomId } from '../../src/base/id.ts'
import type { Log } from '../../src/base/log.ts'
import type { Signals } from '../../src/ports/signals.ts'
import { eventually } from './eventually.ts'

/** `signals` and `elsewhere` are two ends of the same fan-out: two processes, where a driver spans them. */
export type OpenedSignals = { signals: Signals; elsewhere: Signals; close: () => Promise<void> }

/** A log that counts its errors. */
export function countingLog(): Log & { errors: number } {
  const log = { errors: 0, debug() {}, info() {}, warn() {}, error: () => void log.errors++, child: () => log }
  return log
}

export function signalsContract(name: string, open: (log: Log) => Promise<OpenedSignals>): void {
  describe(`signals on ${name}`, { timeout: 120_000 }, () => {
    const log = countingLog()
    let opened: OpenedSignals
    before(async () => {
      opened = await open(log)
    })
    after(async () => {
      await opened.signals.close()
      await opened.elsewhere.close()
      await opened.close()
    })

    /** Publishes until the listener has it: a driver may need a moment to subscribe, and may lose. */
    const publishUntil = (topic: string, message: unknown, met: () => boolean) =>
      eventually('a signal arrives', async () => {
        await opened.elsewhere.publish(topic, message)
        return met()
      })

    test('publishing with nobody there is no error', () => opened.signals.publish(`video.${randomId(16)}`, { kind: 'video' }))

    test('every subscriber of the topic gets the message, others do not', async () => {
      const topic = `video.${randomId(16)}`
      const met: unknown[][] = [[], [], []]
      const stops = [topic, topic, `${topic}x`].map((one, index) => opened.signals.subscribe(one, (message) => met[index]!.push(message)))
      await publishUntil(topic, { kind: 'slots', from: 3 }, () => met[0]!.length > 0 && met[1]!.length > 0)
      assert.deepEqual([met[0]![0], met[1]![0], met[2]], [{ kind: 'slots', from: 3 }, { kind: 'slots', from: 3 }, []])
      stops.forEach((stop) => stop())
    })

    test('a listener gets a copy, after publish was called and not within it', async () => {
      const topic = `video.${randomId(16)}`
      const message = { list: [1] }
      const met: (typeof message)[] = []
      const stop = opened.signals.subscribe(topic, (one) => met.push(one as typeof message))
      const published = opened.signals.publish(topic, message)
      assert.equal(met.length, 0)
      await published
      await publishUntil(topic, message, () => met.length > 0)
      met[0]!.list.push(2)
      assert.deepEqual(message, { list: [1] })
      stop()
    })

    test('nothing arrives after unsubscribing; the same function subscribed twice is two subscriptions', async () => {
      const topic = `video.${randomId(16)}`
      let calls = 0
      let witnessed = 0
      const listener = () => void calls++
      const first = opened.signals.subscribe(topic, listener)
      const second = opened.signals.subscribe(topic, listener)
      first()
      first()
      await publishUntil(topic, 1, () => calls > 0)
      second()
      const before = calls
      const stop = opened.signals.subscribe(topic, () => void witnessed++)
      await publishUntil(topic, 2, () => witnessed > 0)
      assert.equal(calls, before)
      stop()
    })

    test("a listener's error is logged and reaches neither the publisher nor other listeners", async () => {
      const topic = `video.${randomId(16)}`
      let calls = 0
      const errors = log.errors
      const stops = [
        opened.signals.subscribe(topic, () => {
          throw new Error('thrown by a listener')
        }),
        opened.signals.subscribe(topic, async () => {
          throw new Error('rejected by a listener')
        }),
        opened.signals.subscribe(topic, () => void calls++),
      ]
      await publishUntil(topic, 1, () => calls > 0 && log.errors >= errors + 2)
      stops.forEach((stop) => stop())
    })

    test('ping resolves; after close nothing is delivered', async () => {
      const { signals, elsewhere, close } = await open(log)
      await signals.ping()
      let calls = 0
      signals.subscribe('video.x', () => void calls++)
      await signals.close()
      if (elsewhere !== signals) await elsewhere.publish('video.x', 1)
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(calls, 0)
      await elsewhere.close()
      await close()
    })
  })
}
