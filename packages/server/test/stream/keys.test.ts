/** Signing keys: first start, rotation, races, retirement, outages. On SQLite, with a clock of the test's own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { readSigningKeys } from '../../src/records/signing-key.ts'
import { openKeys } from '../../src/stream/sign/keys.ts'
import { keyState, publishedAheadMs, rotateKeys } from '../../src/stream/sign/rotate-keys.ts'
import { openStage } from './open-stage.ts'

const day = 24 * 3_600_000
const longestTokenMs = 4 * day

test('many processes at their first start agree on one key, which signs at once', async (t) => {
  const stage = await openStage(t)
  const opened = await Promise.all(Array.from({ length: 8 }, () => openKeys({ ...stage, longestTokenMs })))
  t.after(() => opened.forEach((keys) => keys.close()))
  const secrets = opened.map((keys) => Buffer.from(keys.signing().secret).toString('hex'))
  assert.equal(new Set(secrets).size, 1)
  assert.equal(secrets[0]!.length, 64)
  assert.equal((await readSigningKeys(stage.documents)).length, 1)
})

test('a month later the next key is published, signs five minutes after, and the old one is verified until its tokens are gone', async (t) => {
  const stage = await openStage(t)
  const rotate = (force = false) => rotateKeys(stage.documents, stage.clock, { longestTokenMs, force })
  const states = async () => Object.fromEntries((await rotate()).map((key, _, all) => [key.kid, keyState(key, all, stage.clock())]))
  assert.deepEqual(await states(), { k1: 'active' })
  stage.forward(29 * day)
  assert.deepEqual(await states(), { k1: 'active' })
  stage.forward(day)
  assert.deepEqual(await states(), { k1: 'active', k2: 'next' })
  stage.forward(publishedAheadMs - 1)
  assert.deepEqual(await states(), { k1: 'active', k2: 'next' })
  stage.forward(1)
  assert.deepEqual(await states(), { k1: 'retiring', k2: 'active' })
  stage.forward(longestTokenMs)
  assert.deepEqual(await states(), { k1: 'retiring', k2: 'active' })
  stage.forward(11 * 60_000)
  assert.deepEqual(await states(), { k2: 'active' })
})

test('forced: one new key however many ask, and none while the next one waits', async (t) => {
  const stage = await openStage(t)
  const rotate = () => rotateKeys(stage.documents, stage.clock, { longestTokenMs, force: true })
  await rotate()
  await Promise.all(Array.from({ length: 6 }, rotate))
  assert.deepEqual((await rotate()).map((key) => key.kid), ['k1', 'k2'])
})

test('a key of another process is found on demand, and asked for at most every five seconds', async (t) => {
  const stage = await openStage(t)
  const keys = await openKeys({ ...stage, longestTokenMs })
  t.after(() => keys.close())
  await rotateKeys(stage.documents, stage.clock, { longestTokenMs, force: true })
  await keys.refresh()
  assert.equal(keys.find('k2'), undefined, 'read a moment ago')
  stage.forward(5000)
  await keys.refresh()
  assert.equal(keys.find('k2')?.kid, 'k2')
  assert.equal(keys.signing().kid, 'k1')
  stage.forward(publishedAheadMs)
  assert.equal(keys.signing().kid, 'k2')
})

test('while the store is away the keys in memory go on', async (t) => {
  const stage = await openStage(t)
  const keys = await openKeys({ ...stage, longestTokenMs })
  t.after(() => keys.close())
  stage.faults.documents = new DriverUnavailable('away')
  stage.forward(60_000)
  await keys.refresh()
  assert.equal(keys.signing().kid, 'k1')
  assert.ok(stage.logged.some((line) => line.includes('signing keys could not be read')))
})
