/** Plays are counted once a viewer, by any number of processes, and survive a store that is away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { readPlays } from '../../src/records/plays.ts'
import { openPlayCounter } from '../../src/stream/count-plays.ts'
import { openStage } from './open-stage.ts'

const videoId = 'video00000000001'
const never = { everyMs: 2 ** 30 }

test('plays of several processes add up; a reload is not another play', async (t) => {
  const stage = await openStage(t)
  const counters = Array.from({ length: 3 }, () => openPlayCounter({ ...stage, ...never }))
  for (const [index, counter] of counters.entries()) {
    for (const viewer of ['a', 'b', 'c', 'a']) counter.note(videoId, `${viewer}${index}`)
  }
  assert.equal(await readPlays(stage.documents, videoId), 0, 'nothing is written on the path of a request')
  await Promise.all(counters.map((counter) => counter.flush()))
  counters[0]!.note(videoId, 'd')
  await Promise.all(counters.map((counter) => counter.close()))
  assert.equal(await readPlays(stage.documents, videoId), 10)
  assert.equal(await readPlays(stage.documents, 'video00000000002'), 0)
})

test('a store that is away loses no play', async (t) => {
  const stage = await openStage(t)
  const counter = openPlayCounter({ ...stage, ...never })
  counter.note(videoId, 'a')
  stage.faults.documents = new DriverUnavailable('away')
  await counter.flush()
  stage.faults.documents = undefined
  counter.note(videoId, 'b')
  await counter.close()
  assert.equal(await readPlays(stage.documents, videoId), 2)
})

test('growth is told when plays pass a power of two, and a failure there counts nothing twice', async (t) => {
  const stage = await openStage(t)
  const told: string[] = []
  const counter = openPlayCounter({
    ...stage,
    ...never,
    onGrowth: async (id) => {
      told.push(id)
      throw new DriverUnavailable('away')
    },
  })
  for (let viewer = 0; viewer < 9; viewer++) {
    counter.note(videoId, `viewer ${viewer}`)
    await counter.flush()
  }
  assert.equal(told.length, 4, 'at 1, 2, 4 and 8')
  await counter.close()
  assert.equal(await readPlays(stage.documents, videoId), 9)
})
