/** The player's pure parts: keys, errors, qualities, what counts for the bandwidth estimate. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionOfKey } from '../src/player/keys.ts'
import { qualitiesOf } from '../src/player/qualities.ts'
import { isTransient, playerErrorOf } from '../src/player/shaka-error.ts'
import type { AbrManager, Variant } from '../src/player/shaka.ts'
import { createSteadyAbr, honestMs } from '../src/player/steady-abr.ts'

test('keys', () => {
  assert.deepEqual(actionOfKey({ key: ' ' }), { do: 'toggle' })
  assert.deepEqual(actionOfKey({ key: 'K' }), { do: 'toggle' })
  assert.deepEqual(actionOfKey({ key: '7' }), { do: 'seek-to', fraction: 0.7 })
  assert.deepEqual(actionOfKey({ key: 'j' }), { do: 'seek-by', seconds: -10 })
  assert.equal(actionOfKey({ key: 'f', ctrlKey: true }), undefined, 'find in page is the browser’s')
  assert.equal(actionOfKey({ key: 'x' }), undefined)
})

test('a held request tells nothing about the line', () => {
  assert.equal(honestMs({ deltaMs: 6000, timeToFirstByteMs: 5800 }), undefined)
  assert.equal(honestMs({ deltaMs: 300, timeToFirstByteMs: 40 }), 300)
  assert.equal(honestMs({ deltaMs: 0, timeToFirstByteMs: undefined }), 1, 'the estimator divides by it')
})

test('the first choice is the start rendition until the line was measured', () => {
  const variants = ['v240', 'v480'].map((originalId) => ({ video: { originalId } })) as unknown as Variant[]
  const counted: number[] = []
  const original = {
    chooseVariant: () => variants[1],
    setVariants: () => true,
    segmentDownloaded: (deltaMs: number) => counted.push(deltaMs),
  } as unknown as AbrManager
  const abr = createSteadyAbr(original, () => 'v240')
  abr.setVariants(variants, false)
  assert.equal(abr.chooseVariant(), variants[0])
  abr.segmentDownloaded(7000, 100_000, true, { timeToFirstByte: 6900 } as never)
  assert.equal(abr.chooseVariant(), variants[0], 'a held request is no measurement')
  abr.segmentDownloaded(200, 100_000, true, { timeToFirstByte: 10 } as never)
  assert.equal(abr.chooseVariant(), variants[1])
  assert.deepEqual(counted, [200])
})

test('the quality menu has one entry a height, the best, highest first', () => {
  const tracks = [
    { height: 240, frameRate: 30, bandwidth: 3 },
    { height: 720, frameRate: 60, bandwidth: 20 },
    { height: 720, frameRate: 30, bandwidth: 10 },
    { height: null, frameRate: null, bandwidth: 1 },
  ]
  assert.deepEqual(qualitiesOf(tracks), [
    { height: 720, frameRate: 60, bitsPerSecond: 20 },
    { height: 240, frameRate: 30, bitsPerSecond: 3 },
  ])
})

test('errors: what may pass, and what a person reads', () => {
  assert.equal(isTransient({ category: 1, code: 1001, data: ['u', 503] }), true)
  assert.equal(isTransient({ category: 1, code: 1003 }), true)
  assert.equal(isTransient({ category: 1, code: 1001, data: ['u', 403] }), false)
  assert.equal(isTransient({ category: 3, code: 3016 }), false)
  assert.equal(playerErrorOf({ category: 1, code: 1001, data: ['u', 410] }).code, 'expired')
  assert.equal(playerErrorOf({ category: 4, code: 4032 }).retryable, false)
  assert.equal(playerErrorOf(new Error('x')).retryable, true)
})
