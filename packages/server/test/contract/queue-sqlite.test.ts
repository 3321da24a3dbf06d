/** The embedded queue driver against the port's contract; and that it keeps its tasks over a restart. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import { queueContract, takeNow } from './queue.ts'
import { scratchDirectory } from './scratch-directory.ts'

queueContract('SQLite', async (maxAttempts) => {
  const { path, remove } = await scratchDirectory()
  return { queue: await openSqliteQueue({ path: join(path, 'queue.sqlite'), maxAttempts }), close: remove }
})

test('tasks, leases and dead letters outlive the process', { timeout: 60_000 }, async () => {
  const { path: directory, remove } = await scratchDirectory()
  const path = join(directory, 'queue.sqlite')
  let now = Date.now()
  const clock = () => now
  const first = await openSqliteQueue({ path, clock })
  for (const body of ['dead', 'leased', 'ready']) await first.enqueue({ body, priority: 2, videoId: 'v' })
  await (await takeNow(first))!.bury('by test')
  assert.equal((await takeNow(first))!.body, 'leased')
  await first.close()

  const second = await openSqliteQueue({ path, clock })
  assert.equal((await second.deadLetters(10))[0]!.body, 'dead')
  assert.equal((await takeNow(second))!.body, 'ready')
  assert.equal(await takeNow(second), undefined)
  now += 60_001
  const again = (await takeNow(second))!
  assert.deepEqual([again.body, again.attempt], ['leased', 2])
  await second.close()
  await remove()
})
