/** The plan: grids that cover picture and sound, in timescales that every rendition shares. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gridSeconds, openingSegments, segmentAt, segmentCount, segmentsOf } from '../../src/domain/grid.ts'
import { standardRates } from '../../src/domain/standard-rates.ts'
import { rateOf } from '../../src/domain/rate.ts'
import { audioGrid, draftPlan, finishPlan, videoGrid } from '../../src/encode/plan/make-plan.ts'
import type { InspectedAudio, InspectedVideo, Inspection } from '../../src/media/inspection.ts'

const video = (endSeconds: number, more: Partial<InspectedVideo> = {}): InspectedVideo => ({
  streamIndex: 0, codec: 'h264', startSeconds: 0, endSeconds, codedWidth: 1920, codedHeight: 1080, width: 1920, height: 1080, rotationDegrees: 0,
  rate: { num: 30, den: 1 }, isVariableRate: false, interlaced: false, transfer: 'sdr', matrix: 'bt709', fullRange: false, pixelFormat: 'yuv420p', ...more,
})
const audio = (endSeconds: number, more: Partial<InspectedAudio> = {}): InspectedAudio => ({
  streamIndex: 1, codec: 'aac', channels: 2, sampleRate: 44100, language: 'und', title: '', isDefault: false, startSeconds: 0, endSeconds, ...more,
})
const inspection = (more: Partial<Inspection>): Inspection => ({
  container: 'mov', originSeconds: 0, formatStartSeconds: 0, seekable: true, durationSeconds: 0, audio: [], warnings: [], ...more,
})
const plan = (more: Partial<Inspection>) =>
  draftPlan(inspection(more), { videoId: 'v', revision: 'r', source: { key: 'k', sizeBytes: 1 }, preset: 'veryfast', encoderBuild: 'x264', now: 1 })

test('every standard rate has an exact grid of even segments of about 4 s', () => {
  for (const rate of standardRates) {
    const grid = videoGrid(rate, 100)
    assert.equal(grid.timescale * rate.den, grid.frameTicks * rate.num, 'a frame is a whole number of ticks')
    assert.equal(grid.frameTicks % 2, 0, 'and half a frame too')
    assert.equal(grid.segmentFrames % 2, 0)
    const seconds = (grid.segmentFrames * grid.frameTicks) / grid.timescale
    assert.ok(seconds > 3.5 && seconds < 4.5, `${rate.num}/${rate.den}: ${seconds}`)
    assert.ok(grid.timescale < 2 ** 31)
  }
  assert.deepEqual(videoGrid({ num: 30000, den: 1001 }, 10), { timescale: 60000, frameTicks: 2002, frames: 300, segmentFrames: 120, segmentsPerChunk: 8 })
})

test('segments follow each other without gaps and end with the grid, two short ones first', () => {
  for (const frames of [1, 59, 60, 61, 120, 121, 240, 1980, 10883]) {
    const grid = { ...videoGrid({ num: 30, den: 1 }, 1), frames }
    const segments = segmentsOf(grid, 'video')
    assert.equal(segments.length, segmentCount(grid, 'video'))
    let at = 0
    for (const segment of segments) {
      assert.equal(segment.startFrame, at)
      assert.ok(segment.frames > 0 && segment.frames <= (segment.number < 2 ? 60 : 120))
      at += segment.frames
    }
    assert.equal(at, frames)
    assert.equal(segmentAt(grid, 'video', segments.length), undefined)
  }
  assert.equal(openingSegments(videoGrid({ num: 30, den: 1 }, 60), 'video'), 2)
  assert.equal(openingSegments(audioGrid(60), 'audio'), 1)
})

test('a small difference between picture and sound stays, a large one is made up', () => {
  const near = plan({ video: video(10), audio: [audio(10.4)] })
  assert.equal(near.video!.grid.frames, 300)
  assert.equal(near.audio[0]!.grid.frames, Math.ceil((10.4 * 48000) / 1024))
  const shortPicture = plan({ video: video(3.6), audio: [audio(8)] })
  assert.deepEqual([shortPicture.video!.grid.frames, shortPicture.video!.source.sourceFrames, shortPicture.durationSeconds], [240, 108, 8])
  const shortSound = plan({ video: video(8), audio: [audio(4)] })
  assert.deepEqual([shortSound.audio[0]!.grid.frames, shortSound.audio[0]!.sourceFrames], [375, 188])
})

test('60 frames a second and 30 share one timescale', () => {
  const { video: found } = plan({ video: video(10, { rate: { num: 60000, den: 1001 } }) })
  assert.deepEqual(found!.grid, { timescale: 60000, frameTicks: 2002, frames: 300, segmentFrames: 120, segmentsPerChunk: 8 })
  assert.deepEqual([...new Set(found!.renditions.map((one) => `${one.framesPerGridFrame} ${rateOf(one.rate).toFixed(2)}`))], ['1 29.97', '2 59.94'])
  assert.equal(found!.source.sourceFrames, 599)
})

test('sound only, no sound, many tracks with one default and labels that differ', () => {
  const sound = plan({ audio: [audio(5)] })
  assert.equal(sound.video, undefined)
  assert.ok(gridSeconds(sound.audio[0]!.grid) >= 5)
  assert.deepEqual(plan({ video: video(5) }).audio, [])
  const tracks = plan({ video: video(5), audio: [audio(5, { language: 'en' }), audio(5, { language: 'en', channels: 6, isDefault: true }), audio(5, { channels: 1 })] }).audio
  assert.deepEqual(tracks.map((one) => [one.id, one.label, one.isDefault, one.channels, one.bitsPerSecond]), [
    ['aac-1', 'English', false, 2, 192000], ['aac-2', 'English (2)', true, 2, 192000], ['aac-3', 'Audio 3', false, 1, 96000],
  ])
})

test('a finished plan has what the inits say, and none is missing', () => {
  const draft = plan({ video: video(5), audio: [audio(5)] })
  const inits = new Map([...draft.video!.renditions, ...draft.audio].map((one) => [one.id, { codecs: `c-${one.id}`, parameterSetsSha256: 'p' }]))
  const finished = finishPlan(draft, inits)
  assert.equal(finished.video!.renditions[0]!.codecs, 'c-h264-240p')
  assert.equal(finished.audio[0]!.codecs, 'c-aac-1')
  inits.delete('aac-1')
  assert.throws(() => finishPlan(draft, inits), /aac-1/)
})
