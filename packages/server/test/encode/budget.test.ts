/** Threads of all tasks together, on small machines and large ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bulkNice } from '../../src/encode/deps.ts'
import { threadBudget } from '../../src/encode/worker/budget.ts'

test('bulk tasks have as many threads as the machine has processors, and never more than they can use', () => {
  for (const processors of [1, 2, 4, 7, 64, 128]) {
    for (const slots of [1, 2, 3, 8, 64]) {
      const each = threadBudget(bulkNice, slots, processors)
      assert.ok(each >= 1 && each <= 16)
      assert.ok(each * slots < processors + slots, `${each} × ${slots} on ${processors}`)
    }
  }
  assert.deepEqual([threadBudget(0, 8, 2), threadBudget(0, 8, 64), threadBudget(bulkNice, 1, 2)], [2, 16, 2])
})
