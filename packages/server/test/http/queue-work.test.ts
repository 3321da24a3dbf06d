/** What /metrics says of the work in the queue: the number of tasks times the mean of those that were done. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMeasures } from '../../src/base/measures.ts'
import { openMetrics } from '../../src/http/metrics.ts'
import type { Priority } from '../../src/ports/queue.ts'

const depth = (priority: Priority, ready: number, leased: number) => ({ priority, ready, leased, delayed: 7, oldestSeconds: 0 })

test('ready and running tasks count, delayed ones do not; without a task done nothing is told', (t) => {
  const measures = openMeasures()
  const metrics = openMetrics(measures)
  t.after(() => metrics.close())
  measures.observe('sluice_task_cpu_seconds', '2', 90)
  measures.observe('sluice_task_cpu_seconds', '2', 30)
  const told = metrics.render([depth(1, 4, 0), depth(2, 10, 2)], []).split('\n').filter((line) => line.startsWith('sluice_queue_cpu_seconds'))
  assert.deepEqual(told, ['sluice_queue_cpu_seconds{priority="2"} 720'])
})
