/** The arithmetic of progress. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMeter } from '../../src/uploader/meter.ts'
import { lengthOf, spanOf } from '../../src/uploader/parts.ts'

test('the last part is shorter, and an exact multiple has no empty one', () => {
  assert.deepEqual(spanOf(1, 25, 10), { from: 0, to: 10 })
  assert.deepEqual(spanOf(3, 25, 10), { from: 20, to: 25 })
  assert.equal(lengthOf(spanOf(2, 20, 10)), 10)
})

test('rate and time left are of this run, over the last seconds', () => {
  let now = 0
  const meter = createMeter(1000, () => now)
  meter.resume(400)
  meter.sent(1, 0)
  assert.equal(meter.read().bytesPerSecond, undefined)
  for (let bytes = 10; bytes <= 100; bytes += 10) {
    now += 1000
    meter.sent(1, bytes)
  }
  const { bytesPerSecond, secondsLeft, fraction, inFlightBytes, acknowledgedBytes, resumedBytes } = meter.read()
  assert.ok(Math.abs(bytesPerSecond! - 10) < 0.01)
  assert.ok(Math.abs(secondsLeft! - 50) < 0.1)
  assert.deepEqual([fraction, inFlightBytes, acknowledgedBytes, resumedBytes], [0.5, 100, 400, 400])
})

test('a part that has to be sent again is taken back, an acknowledged one stays', () => {
  let now = 0
  const meter = createMeter(100, () => now)
  meter.sent(1, 30)
  meter.sent(2, 50)
  meter.drop(2)
  assert.equal(meter.read().fraction, 0.3)
  meter.acknowledge(1, 50)
  now += 5000
  assert.deepEqual([meter.read().acknowledgedBytes, meter.read().inFlightBytes], [50, 0])
})

test('an empty file has no progress and no rate', () => {
  assert.equal(createMeter(0, () => 0).read().fraction, 0)
})
