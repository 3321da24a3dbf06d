/** While a run that somebody waits for works, bulk stands still; it goes on when that ends, and when standing took too long. */
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openGivingWay } from '../../src/media/give-way.ts'
import { MediaRunError, runTool } from '../../src/media/run.ts'

function recorded(standMs: number, cores = 2) {
  const told: string[] = []
  return { told, way: openGivingWay({ signal: (pid, signal) => told.push(`${pid} ${signal.slice(3)}`), standMs, cores }) }
}

test('whoever has the least nice goes on, the others stand until it has ended', () => {
  const { told, way } = recorded(60_000)
  const leaveBulk = way.enter(1, 19)
  const leaveAhead = way.enter(2, 10)
  const leaveUrgent = way.enter(3, 0)
  way.enter(4, 0)()
  assert.deepEqual(told.splice(0), ['1 STOP', '2 STOP'])
  leaveUrgent()
  leaveUrgent()
  assert.deepEqual(told.splice(0), ['2 CONT'], 'what is made ahead goes before bulk')
  leaveBulk()
  assert.deepEqual(told.splice(0), ['1 CONT'], 'a run that is to end must hear it')
  leaveAhead()
  assert.deepEqual(told, [])
})

test('on a larger machine only as many stand as the urgent ones need the cores of', () => {
  const { told, way } = recorded(60_000, 8)
  for (const pid of [1, 2, 3, 4]) way.enter(pid, 19, 2)
  const leaves = [way.enter(5, 0)]
  assert.deepEqual(told.splice(0), ['4 STOP'], 'the newest')
  leaves.push(way.enter(6, 0))
  assert.deepEqual(told.splice(0), ['3 STOP'])
  for (const leave of leaves) leave()
  assert.deepEqual(told.splice(0), ['3 CONT', '4 CONT'])
})

test('one bulk run that has all cores stands for an urgent one, however many they are', () => {
  const { told, way } = recorded(60_000, 8)
  way.enter(1, 19, 8)
  const leave = way.enter(2, 0, 8)
  assert.deepEqual(told.splice(0), ['1 STOP'])
  leave()
  assert.deepEqual(told, ['1 CONT'])
})

test('urgent work without end does not starve bulk', async () => {
  const { told, way } = recorded(20)
  way.enter(1, 19)
  const leaveUrgent = way.enter(2, 0)
  await wait(30)
  assert.deepEqual(told.splice(0), ['1 STOP', '1 CONT'])
  await wait(20)
  assert.deepEqual(told.splice(0), ['1 STOP'])
  leaveUrgent()
  assert.deepEqual(told, ['1 CONT'])
})

test('ffmpeg stands still beside an urgent run, goes on after it, and can be ended while it stands', { skip: process.platform !== 'linux' }, async () => {
  const film = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=640x360', '-f', 'null', '-']
  let seconds = 0
  const ending = new AbortController()
  const bulk = runTool({ program: 'ffmpeg', args: film, nice: 19, timeoutSeconds: 60, onProgress: (at) => (seconds = at), signal: ending.signal }).catch((error: unknown) => error)
  while (seconds === 0) await wait(20)
  // As many as it takes to need all cores.
  const urgent = () => Promise.all(Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, () => runTool({ program: 'sleep', args: ['2'], timeoutSeconds: 10 })))
  const first = urgent()
  await wait(700)
  const before = seconds
  await wait(700)
  assert.equal(seconds, before, 'it stands')
  await first
  while (seconds === before) await wait(20)
  const second = urgent()
  await wait(500)
  ending.abort()
  const error = await bulk
  assert.ok(error instanceof MediaRunError && error.reason === 'aborted')
  await second
})
