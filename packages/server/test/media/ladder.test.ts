/** The ladder: sizes, rates, caps and levels for pictures of every shape. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capOf, listedSpeed, makeLadder } from '../../src/domain/ladder.ts'
import { levelOf } from '../../src/domain/h264-level.ts'
import type { VideoSource } from '../../src/domain/plan.ts'
import { rateOf } from '../../src/domain/rate.ts'

const source = (width: number, height: number): VideoSource => ({
  streamIndex: 0, originSeconds: 0, prerollSeconds: 1, codedWidth: width, codedHeight: height, width, height,
  rotationDegrees: 0, interlaced: false, transfer: 'sdr', pixelFormat: 'yuv420p',
})
const ladder = (width: number, height: number, rate = 30) =>
  makeLadder({ width, height, rate: { num: rate, den: 1 }, source: source(width, height) }, 'veryfast')
const sizes = (width: number, height: number, rate?: number) => ladder(width, height, rate).renditions.map((one) => `${one.id} ${one.width}x${one.height}`)

test('standard sizes from 240p to the source, never above it', () => {
  assert.deepEqual(sizes(1920, 1080), ['h264-240p 426x240', 'h264-360p 640x360', 'h264-480p 854x480', 'h264-720p 1280x720', 'h264-1080p 1920x1080'])
  assert.deepEqual(sizes(1080, 1920), ['h264-240p 240x426', 'h264-360p 360x640', 'h264-480p 480x854', 'h264-720p 720x1280', 'h264-1080p 1080x1920'])
  assert.deepEqual(sizes(720, 720), ['h264-240p 240x240', 'h264-360p 360x360', 'h264-480p 480x480', 'h264-720p 720x720'])
})

test('the source stands for a standard size within a tenth, else for itself', () => {
  assert.deepEqual(sizes(852, 478), ['h264-240p 428x240', 'h264-360p 642x360', 'h264-480p 852x478'])
  assert.deepEqual(sizes(960, 540), ['h264-240p 426x240', 'h264-360p 640x360', 'h264-480p 854x480', 'h264-540p 960x540'])
  assert.deepEqual(sizes(176, 144), ['h264-144p 176x144'])
  assert.deepEqual(sizes(64, 64), ['h264-64p 64x64'])
  assert.equal(sizes(3026, 1386).at(-1), 'h264-1440p 3026x1386')
})

test('what is larger than 2160p or than H.264 takes is scaled down', () => {
  assert.equal(sizes(7680, 4320).at(-1), 'h264-2160p 3840x2160')
  const panorama = ladder(12000, 1000).renditions.at(-1)!
  assert.ok(panorama.width / 16 <= 543 && panorama.width > 8000, String(panorama.width))
})

test('every size of source gives even sizes, distinct ids and growing pictures within the source', () => {
  for (let width = 16; width <= 4096; width += 118) {
    for (let height = 16; height <= 2304; height += 94) {
      const { renditions } = ladder(width, height)
      assert.equal(new Set(renditions.map((one) => one.id)).size, renditions.length)
      renditions.forEach((one, index) => {
        assert.ok(one.width % 2 === 0 && one.height % 2 === 0 && one.width <= width && one.height <= height, `${width}x${height}: ${one.id} ${one.width}x${one.height}`)
        const below = renditions[index - 1]
        assert.ok(!below || below.width * below.height < one.width * one.height, `${width}x${height}: ${one.id}`)
      })
    }
  }
})

test('50 and 60 frames a second from 720p up, half of it below', () => {
  const fast = ladder(1920, 1080, 60)
  assert.deepEqual(fast.gridRate, { num: 30, den: 1 })
  assert.deepEqual(fast.renditions.map((one) => [rateOf(one.rate), one.framesPerGridFrame]), [[30, 1], [30, 1], [30, 1], [60, 2], [60, 2]])
  assert.deepEqual(ladder(640, 480, 50).renditions.map((one) => [rateOf(one.rate), one.framesPerGridFrame]), [[25, 1], [25, 1], [25, 1]])
})

test('caps grow with size and rate; levels are those of Table A-1', () => {
  assert.equal(capOf(1920 * 1080, 30), 5_200_000)
  assert.equal(capOf(1280 * 720, 60), 4_200_000)
  assert.equal(levelOf(1920, 1080, 30, 6_500_000), '4.0')
  assert.equal(levelOf(1920, 1080, 60, 9_750_000), '4.2')
  assert.equal(levelOf(1280, 720, 30, 3_500_000), '3.1')
  assert.equal(levelOf(3840, 2160, 30, 24_000_000), '5.1')
  assert.equal(levelOf(3840, 2160, 60, 36_000_000), '5.2')
  assert.equal(levelOf(426, 240, 30, 450_000), '2.1')
})

test('more cores make more renditions fast enough to wait for, fewer make fewer', () => {
  const fast = (cores?: number) =>
    makeLadder({ width: 1920, height: 1080, rate: { num: 30, den: 1 }, source: source(1920, 1080) }, 'veryfast', cores).renditions.filter((one) => one.predictedSpeed >= listedSpeed).length
  assert.equal(fast(), fast(2))
  assert.deepEqual([1, 2, 4, 8, 64].map(fast), [1, 3, 4, 5, 5])
})
