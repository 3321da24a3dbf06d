/** The pure parts: histogram, parts of a video, counters that take each batch once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldReport } from '../../src/audience/fold-report.ts'
import { startupCounter, startupQuantile } from '../../src/audience/startup-histogram.ts'
import { joinParts, newParts, partsOf } from '../../src/audience/watched-parts.ts'
import { addCounts, joinCounts, type Counts } from '../../src/records/counters.ts'
import { openStage } from '../stream/open-stage.ts'
import { reportOf } from './start-audience.ts'

test('quantiles out of the histogram are within a step of the true ones', () => {
  const times = Array.from({ length: 2000 }, (_, i) => 40 + 3000 * (i / 2000) ** 2)
  const counts = times.reduce<Counts>((sum, ms) => joinCounts(sum, { [startupCounter(ms)]: 1 }), {})
  for (const share of [0.05, 0.5, 0.95]) {
    const ratio = startupQuantile(counts, share)! / times[Math.floor(2000 * share)]!
    assert.ok(ratio > 0.8 && ratio < 1.25, `${share}: ${ratio}`)
  }
  assert.equal(startupQuantile({}, 0.5), undefined)
  assert.equal(startupQuantile({ [startupCounter(500_000)]: 1 }, 0.5), 60_000, 'beyond the last bound')
})

test('parts of a video: half of one counts, or five seconds; ranges may overlap', () => {
  assert.deepEqual(newParts('0', partsOf([[0, 2.5], [1, 3.4], [2, 2.2]], 100)), [0, 1, 2])
  assert.deepEqual(newParts('0', partsOf([[0, 4], [402, 404]], 40_000)), [])
  assert.deepEqual(newParts('0', partsOf([[399, 406]], 40_000)), [1])
  assert.deepEqual(newParts('3', joinParts('3', 'c')), [2, 3])
  assert.equal(partsOf([[0, 9]], 0), '0')
})

test('a batch that is sent again, also behind others, counts once', async (t) => {
  const { documents } = await openStage(t)
  const place = { table: 'viewShard', pk: 'v', sk: '00' } as const
  const batch = { writer: 'a', sequence: 4, counts: { views: 2 } }
  await addCounts(documents, place, batch)
  await addCounts(documents, place, { writer: 'b', sequence: 1, counts: { views: 1, 'part.3': 1 } })
  assert.deepEqual(await addCounts(documents, place, batch), { views: 3, 'part.3': 1 })
  assert.deepEqual(await addCounts(documents, place, { ...batch, sequence: 5 }), { views: 5, 'part.3': 1 })
})

test('error codes, which come from outside, keep out no other name: those beyond 50 are counted as one', () => {
  const errors = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`error.${i}`, 1]))
  const joined = joinCounts(joinCounts({}, errors), { views: 1, playedMs: 2, 'error.0': 1, 'error.late': 1 })
  assert.equal(Object.keys(joined).length, 52)
  assert.deepEqual([joined['views'], joined['playedMs'], joined['error.0'], joined['error.other']], [1, 2, 2, 952])
})

test('an error code may be called as what every object has', () => {
  const errors = ['constructor', '__proto__'].map((code) => ({ code, count: 2 }))
  const at = { durationSeconds: 100, now: 0 }
  const first = foldReport(undefined, reportOf('', { errors }), at)!
  assert.deepEqual([first.hour['error.constructor'], first.hour['error.__proto__']], [2, 2])
  assert.deepEqual(foldReport(first.totals, reportOf('', { errors, sequence: 1 }), at)!.hour, {})
})
