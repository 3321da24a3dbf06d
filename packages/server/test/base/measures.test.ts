/** Counters and histograms in the Prometheus text format. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationLabel, openMeasures } from '../../src/base/measures.ts'

test('counters add up by their label; buckets are cumulative', () => {
  const measures = openMeasures()
  measures.count('sluice_problems_total', 'not_found')
  measures.count('sluice_problems_total', 'not_found', 2)
  measures.observe('sluice_task_seconds', 'chunk', 2)
  measures.observe('sluice_task_seconds', 'chunk', 2000)
  const lines = measures.render()
  assert.ok(lines.includes('sluice_problems_total{code="not_found"} 3'))
  const counted = lines.filter((line) => line.startsWith('sluice_task_seconds')).map((line) => line.replace('kind="chunk",', ''))
  assert.deepEqual(counted.slice(2, 4), ['sluice_task_seconds_bucket{le="1"} 0', 'sluice_task_seconds_bucket{le="3"} 1'])
  assert.deepEqual(counted.slice(-3), ['sluice_task_seconds_bucket{le="+Inf"} 2', 'sluice_task_seconds_sum{kind="chunk"} 2002', 'sluice_task_seconds_count{kind="chunk"} 2'])
  assert.ok(lines.includes('# TYPE sluice_videos_failed_total counter'), 'a family without samples is told too')
})

test('lengths fall into five classes', () => {
  assert.deepEqual([undefined, 59, 60, 600, 3599, 7200].map(durationLabel), ['unknown', 'under 1 min', '1 to 5 min', '5 to 20 min', '20 to 60 min', 'over 1 h'])
})
