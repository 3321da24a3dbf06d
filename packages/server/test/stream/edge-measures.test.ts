/** The edge counts what it delivers by where it came from, and what it refuses by its code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMeasures } from '../../src/base/measures.ts'
import { makeVideo, startEdge } from './start-edge.ts'

test('a miss, two hits, a refusal', async (t) => {
  const measures = openMeasures()
  const stage = await startEdge(t, { measures })
  const video = await makeVideo(stage)
  const base = stage.base(video.plan)
  for (let times = 0; times < 3; times++) await (await fetch(`${base}h264-240p/3.m4s`)).arrayBuffer()
  assert.equal((await fetch(`${base.replace(/.\/v\//, '_/v/')}h264-240p/3.m4s`)).ok, false)
  const counted = measures.render().filter((line) => /^sluice_(edge|problems)/.test(line))
  assert.ok(counted.includes('sluice_edge_answers_total{cache="hit"} 2'), counted.join('\n'))
  assert.ok(counted.includes('sluice_edge_answers_total{cache="miss"} 1'), counted.join('\n'))
  assert.equal(counted.filter((line) => /^sluice_problems_total\{code="token_(wrong|malformed)"\} 1$/.test(line)).length, 1, counted.join('\n'))
})
