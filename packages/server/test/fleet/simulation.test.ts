/** The fleet bench's simulation: the same every time, and in it the product loses nothing however often encoders go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openProcessor } from '../../../../bench/fleet/processor.ts'
import { runSimulation } from '../../../../bench/fleet/run-simulation.ts'
import { usualFaults, type Scenario } from '../../../../bench/fleet/scenario.ts'

const scenario: Scenario = { seed: 1, encoders: 10, cores: 2, eager: 'all', shards: 2, uploadsPerSecond: 0.03, warmUpSeconds: 60, seconds: 300, faults: usualFaults }

test('one seed has one outcome', async () => {
  const [first, second, other] = await Promise.all([runSimulation(scenario), runSimulation(scenario), runSimulation({ ...scenario, seed: 2 })])
  assert.deepEqual(first, second)
  assert.notDeepEqual(first, other)
  assert.ok(first.uploads > 0 && first.playable.p95 < 10, JSON.stringify(first))
})

test('encoders that die or are taken away every few minutes leave no upload behind', async () => {
  const faults = { killEverySeconds: 300, drainEverySeconds: 300, hangShare: 0.01, storeShare: 0.01 }
  const outcome = await runSimulation({ ...scenario, uploadsPerSecond: 0.01, seconds: 900, faults })
  assert.ok(outcome.kills > 10 && outcome.drains > 10, JSON.stringify(outcome))
  assert.ok(outcome.uploads > 0 && outcome.readyCount > 0 && outcome.failed === 0, JSON.stringify(outcome))
  // Who is not playable at the end counts as never.
  assert.ok(Number.isFinite(outcome.playable.p99), JSON.stringify(outcome))
})

test('runs share the cores, and those of a higher nice stand still meanwhile', async () => {
  const processor = openProcessor(2)
  processor.hold(1)
  const ended: string[] = []
  const run = async (name: string, cpuSeconds: number, width: number, nice: number) => {
    await processor.run({ cpuSeconds, width, nice })
    ended.push(name)
  }
  await Promise.all([run('bulk', 0.02, 2, 19), run('second', 0.3, 1.5, 0), run('first', 0.1, 1, 0)])
  assert.deepEqual(ended, ['first', 'second', 'bulk'])
  const { working } = processor.tally()
  assert.ok(working >= 0.2, `${working} s for 0.42 CPU s on two cores`)
})

test('of an encoder with four slots, one task in hand is a quarter, and five are all of it', async () => {
  const processor = openProcessor(8, 4)
  const spent = async (tasks: number): Promise<number> => {
    processor.hold(tasks)
    const before = processor.tally()
    const started = performance.now()
    await Promise.all(Array.from({ length: tasks }, () => processor.run({ cpuSeconds: 0.1, width: 1, nice: 0 })))
    const seconds = (performance.now() - started) / 1000
    const { busy, working } = processor.tally()
    assert.ok(Math.abs(busy - before.busy - (working - before.working)) < 0.02)
    processor.hold(-tasks)
    return (busy - before.busy) / seconds
  }
  assert.ok(Math.abs((await spent(1)) - 0.25) < 0.02)
  assert.ok(Math.abs((await spent(5)) - 1) < 0.02)
})
