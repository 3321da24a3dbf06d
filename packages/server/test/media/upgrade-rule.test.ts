/** The rule that decides on a second codec, with numbers that can be followed by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { predictedCpuSeconds } from '../../src/domain/tier.ts'
import { bytesPerView, isWorthUpgrading } from '../../src/domain/upgrade-rule.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'

const plan = samplePlan(600)

test('bytes of a view are half the length at the usual size, as measured where it was', () => {
  assert.equal(bytesPerView(plan), (2_500_000 * 0.6 * 300) / 8)
  assert.equal(bytesPerView(plan, { 'h264-720p': { peakBitsPerSecond: 3e6, averageBitsPerSecond: 2e6 } }), (2e6 * 300) / 8)
  assert.equal(bytesPerView(samplePlan(600, { video: undefined })), 0)
})

test('worth it from the view on that pays for the processor', () => {
  const prices = { egressPerGigabyte: 0.02, cpuPerHour: 0.04 }
  const perView = (bytesPerView(plan) * 0.4 * prices.egressPerGigabyte) / 1e9
  const cost = (predictedCpuSeconds(plan, 'av1') / 3600) * prices.cpuPerHour
  const enough = Math.floor(cost / perView) + 1
  assert.equal(isWorthUpgrading(plan, 'av1', enough - 1, undefined, prices), false)
  assert.equal(isWorthUpgrading(plan, 'av1', enough, undefined, prices), true)
  assert.equal(isWorthUpgrading(plan, 'av1', 1e9, undefined, { ...prices, egressPerGigabyte: 0 }), false, 'free egress is worth nothing')
})

test('Opus pays for itself by what AAC takes more, on one track', () => {
  const prices = { egressPerGigabyte: 0.02, cpuPerHour: 0.04 }
  const rates = { 'aac-1': { peakBitsPerSecond: 150_000, averageBitsPerSecond: 121_000 } }
  const perView = (((121_000 * 0.25) / 8) * 300 * prices.egressPerGigabyte) / 1e9
  const enough = Math.floor(((predictedCpuSeconds(plan, 'opus') / 3600) * prices.cpuPerHour) / perView) + 1
  assert.ok(enough > 1 && enough < 20, `${enough} views`)
  assert.equal(isWorthUpgrading(plan, 'opus', enough - 1, rates, prices), false)
  assert.equal(isWorthUpgrading(plan, 'opus', enough, rates, prices), true)
  assert.equal(isWorthUpgrading(samplePlan(600, { audio: [] }), 'opus', 1e9, rates, prices), false)
})
