/** Three NATS servers: with any one of them killed tasks are stored and handed out, and signals arrive. */
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { startNats, type NatsEngine } from '../../../../scripts/engines/nats.ts'
import { openNatsQueue } from '../../src/drivers/queue/nats/open.ts'
import { openNatsSignals } from '../../src/drivers/signals/nats/open.ts'
import type { Queue } from '../../src/ports/queue.ts'
import type { Signals } from '../../src/ports/signals.ts'
import { eventually } from '../contract/eventually.ts'
import { takeNow } from '../contract/queue.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { countingLog } from '../contract/signals.ts'

let scratch: Awaited<ReturnType<typeof scratchDirectory>>
let engine: NatsEngine
let queue: Queue
let here: Signals
let there: Signals

before(async () => {
  scratch = await scratchDirectory()
  engine = await startNats({ directory: scratch.path, nodes: 3 })
  const options = { servers: engine.servers, prefix: 'three', log: countingLog() }
  queue = openNatsQueue({ ...options, replicas: 3, shards: 2 })
  here = openNatsSignals(options)
  there = openNatsSignals(options)
})
after(async () => {
  await queue?.close()
  await here?.close()
  await there?.close()
  await engine?.stop()
  await scratch.remove()
})

for (const node of [0, 1, 2]) {
  test(`server ${node + 1} is killed`, { timeout: 120_000 }, async () => {
    await eventually('the queue is there', () => queue.ping().then(() => true, () => false))
    let signals = 0
    const stop = here.subscribe('video.x', () => signals++)
    const before = Array.from({ length: 10 }, (_, index) => `before ${index}`)
    const after = Array.from({ length: 10 }, (_, index) => `after ${index}`)
    const store = (body: string) => eventually(`${body} is stored`, () => queue.enqueue({ body, priority: 1, videoId: body }).then(() => true, () => false))
    for (const body of before) await store(body)
    await engine.nodes[node]!.kill()
    for (const body of after) await store(body)
    const met = new Set<unknown>()
    await eventually('all are handed out', async () => {
      const lease = await takeNow(queue, { waitSeconds: 1 }).catch(() => undefined)
      if (lease) met.add(lease.body)
      await lease?.ack()
      return met.size === 20
    })
    assert.deepEqual([...met].toSorted(), [...before, ...after].toSorted())
    await eventually('a signal', async () => (await there.publish('video.x', 1), signals > 0))
    stop()
    await engine.nodes[node]!.start()
  })
}
