/** The time of another machine, asked over a network that is slow at times. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { openClusterClock } from '../../src/drivers/documents/cassandra/cluster-clock.ts'

const aheadMs = 5_000_000

/** A cluster `aheadMs` ahead; each look takes the next of these times on its way there (and 1 ms back). */
function clockBehind(waysMs: number[]) {
  let now = 1000
  let asked = 0
  const clock = openClusterClock(
    async () => {
      now += waysMs[asked++ % waysMs.length]!
      const answer = now + aheadMs
      now += 1
      return answer
    },
    () => now,
  )
  return { clock, pass: (ms: number) => (now += ms), trueTime: () => (now + aheadMs) * 1000, looks: () => asked }
}

test('the quickest look counts, whatever the others waited for', async () => {
  const { clock, trueTime } = clockBehind([800, 300, 1, 90])
  assert.equal(await clock.nextTimestamp(), trueTime())
})

test('timestamps rise, also within a microsecond', async () => {
  const { clock } = clockBehind([1])
  const first = await clock.nextTimestamp()
  assert.equal(await clock.nextTimestamp(), first + 1)
})

test('looked at again after a minute, without waiting for it; not before', async () => {
  const { clock, pass, looks } = clockBehind([1])
  await clock.nextTimestamp()
  const first = looks()
  pass(59_000)
  await clock.nextTimestamp()
  assert.equal(looks(), first)
  pass(2000)
  await clock.nextTimestamp()
  await new Promise(setImmediate)
  assert.equal(looks(), first * 2)
})

test('rejects while the cluster was never reached; what is known stays good when it goes away', async () => {
  let isThere = false
  let now = 0
  const clock = openClusterClock(
    async () => {
      if (!isThere) throw new Error('away')
      return now + aheadMs
    },
    () => now,
  )
  await assert.rejects(clock.nextTimestamp(), /away/)
  isThere = true
  await clock.nextTimestamp()
  isThere = false
  now += 120_000
  assert.equal(await clock.nextTimestamp(), (now + aheadMs) * 1000)
})
