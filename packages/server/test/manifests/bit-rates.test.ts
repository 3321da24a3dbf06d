/** Measured bit rates: the peak of RFC 8216 and the average, from lengths on the grid. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureRate, targetSeconds } from '../../src/domain/bit-rates.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'

const planOf = (frames: number) => {
  const plan = samplePlan(frames / 30, { audio: [] })
  plan.video!.grid = { timescale: 30_000, frameTicks: 1000, frames, segmentFrames: 120, segmentsPerChunk: 8 }
  return plan
}
const rate = (frames: number, lengths: number[]) => measureRate(planOf(frames), 'h264-240p', lengths)

test('the short segments of an opening count by themselves, and so does any full one', () => {
  // 2 s, 2 s, 4 s, 4 s; pairs of 4 s are over one and a half targets.
  assert.deepEqual(rate(360, [100_000, 1000, 50_000, 50_000]), { peakBitsPerSecond: 400_000, averageBitsPerSecond: 134_000 })
  assert.deepEqual(rate(360, [1000, 1000, 50_000, 120_000])?.peakBitsPerSecond, 240_000)
})

test('a last piece under half a target counts with the one before it', () => {
  assert.equal(rate(375, [1000, 1000, 1000, 40_000, 50_000])?.peakBitsPerSecond, (90_000 * 8) / 4.5)
  assert.equal(rate(420, [1000, 1000, 1000, 1000, 50_000])?.peakBitsPerSecond, 200_000)
})

test('a video that is shorter than half a target has its average as its peak', () => {
  const plan = planOf(30)
  assert.equal(targetSeconds(plan), 1)
  assert.deepEqual(measureRate(plan, 'h264-240p', [5000]), { peakBitsPerSecond: 40_000, averageBitsPerSecond: 40_000 })
  assert.equal(measureRate(plan, 'none', []), undefined)
})
