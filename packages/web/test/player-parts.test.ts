/** The player's pure parts: keys, errors, qualities, what counts for the bandwidth estimate. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attenuationOf } from '../src/player/attenuation.ts'
import { actionOfKey } from '../src/player/keys.ts'
import { preferredAudioCodec, preferredVideoCodec } from '../src/player/preferred-codec.ts'
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

test('what is louder than usual is played softer, nothing is played louder', () => {
  assert.equal(attenuationOf(undefined), 1)
  assert.equal(attenuationOf({ integratedLufs: -30 }), 1)
  assert.equal(attenuationOf({ integratedLufs: -14 }), 1)
  assert.ok(Math.abs(attenuationOf({ integratedLufs: -8 }) - 0.501) < 0.001)
})

test('a held request tells nothing about the line', () => {
  assert.equal(honestMs({ deltaMs: 6000, timeToFirstByteMs: 5800 }), undefined)
  assert.equal(honestMs({ deltaMs: 300, timeToFirstByteMs: 40 }), 300)
  assert.equal(honestMs({ deltaMs: 0, timeToFirstByteMs: undefined }), 1, 'the estimator divides by it')
})

/** The manager with its line measured or not; `circumstances` may change between choices. */
function abrWith(circumstances: { isGrowing: boolean; ahead: number }) {
  const variants = [1, 2].map((bandwidth) => ({ bandwidth, video: { originalId: `v${bandwidth}` } })) as unknown as Variant[]
  const counted: number[] = []
  const original = {
    chooseVariant: () => variants[1],
    setVariants: () => true,
    getBandwidthEstimate: () => 100,
    segmentDownloaded: (deltaMs: number) => counted.push(deltaMs),
    init: () => undefined,
  } as unknown as AbrManager
  const abr = createSteadyAbr(original, {
    startRendition: () => 'v1',
    isGrowing: () => circumstances.isGrowing,
    secondsAhead: () => circumstances.ahead,
  })
  const switched: Variant[] = []
  abr.init((variant) => switched.push(variant), () => false)
  abr.setVariants(variants, false)
  return { abr, low: variants[0], high: variants[1], counted, switched }
}

test('the first choice is the start rendition until the line was measured', () => {
  const { abr, low, high, counted } = abrWith({ isGrowing: false, ahead: 2 })
  assert.equal(abr.chooseVariant(), low)
  abr.segmentDownloaded(7000, 100_000, true, { timeToFirstByte: 6900 } as never)
  assert.equal(abr.chooseVariant(), low, 'a held request is no measurement')
  abr.segmentDownloaded(200, 100_000, true, { timeToFirstByte: 10 } as never)
  assert.equal(abr.chooseVariant(), high)
  assert.deepEqual(counted, [200])
})

test('while the video is encoded, quality rises only with enough in hand', () => {
  const circumstances = { isGrowing: true, ahead: 4 }
  const { abr, low, high } = abrWith(circumstances)
  assert.equal(abr.chooseVariant(), low)
  abr.segmentDownloaded(200, 100_000, true, { timeToFirstByte: 10 } as never)
  assert.equal(abr.chooseVariant(), low)
  circumstances.ahead = 13
  assert.equal(abr.chooseVariant(), high)
  circumstances.ahead = 1
  assert.equal(abr.chooseVariant(), high, 'what is chosen stays')
})

test('a seek to where nothing is encoded goes back to the start rendition, unless that place is buffered', () => {
  const circumstances = { isGrowing: true, ahead: 13 }
  const { abr, low, high, switched } = abrWith(circumstances)
  abr.segmentDownloaded(200, 100_000, true, { timeToFirstByte: 10 } as never)
  assert.equal(abr.chooseVariant(), high)
  abr.seekedToUnencoded()
  assert.deepEqual(switched, [], 'it is buffered')
  circumstances.ahead = 0
  abr.seekedToUnencoded()
  assert.deepEqual(switched, [low])
  assert.equal(abr.chooseVariant(), low, 'and stays there until enough is in hand')
  circumstances.ahead = 13
  assert.equal(abr.chooseVariant(), high)
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

test('AV1 is taken where it is smooth and no dearer than H.264', async () => {
  const told = (av1: object, h264: object = {}) => ({
    decodingInfo: async ({ video }: MediaDecodingConfiguration) =>
      ({ supported: true, smooth: true, powerEfficient: false, ...(video!.contentType.includes('av01') ? av1 : h264) }),
  })
  assert.equal(await preferredVideoCodec(told({})), 'av01')
  assert.equal(await preferredVideoCodec(told({ powerEfficient: true }, { powerEfficient: true })), 'av01')
  assert.equal(await preferredVideoCodec(told({}, { powerEfficient: true })), 'avc1', 'hardware decodes H.264 alone')
  assert.equal(await preferredVideoCodec(told({ smooth: false })), 'avc1')
  assert.equal(await preferredVideoCodec(told({ supported: false })), 'avc1')
  assert.equal(await preferredVideoCodec(undefined), 'avc1')
})

test('Opus is taken where the browser says that it plays it', async () => {
  const told = (supported: boolean) => ({ decodingInfo: async () => ({ supported, smooth: true, powerEfficient: true }) })
  assert.equal(await preferredAudioCodec(told(true)), 'Opus')
  assert.equal(await preferredAudioCodec(told(false)), 'mp4a')
  assert.equal(await preferredAudioCodec(undefined), 'mp4a')
})

test('where the start rendition is of another codec, the lowest is the start', () => {
  const variants = [20, 10].map((bandwidth) => ({ bandwidth, video: { originalId: `av1-${bandwidth}` } })) as unknown as Variant[]
  const original = { chooseVariant: () => variants[0], setVariants: () => true, segmentDownloaded: () => undefined, getBandwidthEstimate: () => 0, init: () => undefined } as unknown as AbrManager
  const abr = createSteadyAbr(original, { startRendition: () => 'h264-240p', isGrowing: () => false, secondsAhead: () => 0 })
  abr.setVariants(variants, false)
  assert.equal(abr.chooseVariant(), variants[1])
})
