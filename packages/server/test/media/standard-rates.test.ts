/** Frame rates: what is measured becomes what is encoded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constantRate, halfRate, variableRate } from '../../src/domain/standard-rates.ts'
import { decideRate } from '../../src/media/frame-rate.ts'

const text = (rate: { num: number; den: number }) => `${rate.num}/${rate.den}`

test('constant rates snap to the standard ones, and fall to 60 or less', () => {
  const cases: [number, string][] = [
    [29.97, '30000/1001'], [30, '30/1'], [23.976, '24000/1001'], [24, '24/1'], [25, '25/1'], [59.94, '60000/1001'], [60, '60/1'],
    [50, '50/1'], [12.5, '25/2'], [10, '10/1'], [120, '60/1'], [119.88, '60000/1001'], [240, '60/1'], [100, '50/1'], [1, '5/1'], [0, '5/1'], [33, '40/1'],
  ]
  for (const [measured, expected] of cases) assert.equal(text(constantRate(measured)), expected, String(measured))
  assert.equal(text(halfRate({ num: 60000, den: 1001 })), '30000/1001')
  assert.equal(text(halfRate({ num: 25, den: 1 })), '25/2')
  assert.equal(text(variableRate(28)), '30/1')
})

const series = (rate: number, count: number, round: (time: number) => number = (time) => time) => Array.from({ length: count }, (_, n) => round(n / rate))
const milliseconds = (time: number) => Math.round(time * 1000) / 1000

test('times rounded to milliseconds give the rate that they mean', () => {
  for (const [rate, expected] of [[30, '30/1'], [30000 / 1001, '30000/1001'], [24000 / 1001, '24000/1001'], [25, '25/1'], [60, '60/1'], [60000 / 1001, '60000/1001']] as const) {
    const decided = decideRate({ runs: [series(rate, 280, milliseconds)], averageRate: rate, interlaced: false })
    assert.deepEqual([text(decided.rate), decided.isVariable], [expected, false], expected)
  }
})

test('a screen recording with pauses is variable, at the rate of its quick stretches', () => {
  const times = [...series(60, 60), 1.5, 2.5, 4, ...series(60, 60).map((time) => 5 + time), 9, 12]
  assert.deepEqual(decideRate({ runs: [times], averageRate: 10, interlaced: false }), { rate: { num: 60, den: 1 }, isVariable: true })
})

test("a phone's jitter around 30 is 30", () => {
  const times = series(30, 200).map((time, n) => time + ((n * 7919) % 100) / 100 * 0.006)
  assert.equal(text(decideRate({ runs: [times], averageRate: 29.8, interlaced: false }).rate), '30/1')
})

test('fields are not pictures, and nothing to measure is no error', () => {
  assert.equal(text(decideRate({ runs: [series(50, 100)], averageRate: 50, interlaced: true }).rate), '25/1')
  assert.equal(text(decideRate({ runs: [[0]], interlaced: false }).rate), '25/1')
  assert.equal(text(decideRate({ runs: [], averageRate: 15, interlaced: false }).rate), '15/1')
})
