/** The manifests of many shapes of plan pass the check; what they say is what the plan says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentsOf } from '../../src/domain/grid.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { writeDash } from '../../src/manifests/dash.ts'
import { writeHlsMaster, writeHlsMedia } from '../../src/manifests/hls.ts'
import { checkDash } from '../fixtures/check-dash.ts'
import { checkManifests } from '../fixtures/check-manifests.ts'
import { everything, sampleAudio, samplePlan } from '../fixtures/sample-plan.ts'

const rendered = (plan: Plan, manifest = everything(plan)) => ({
  mpd: writeDash(plan, manifest),
  master: writeHlsMaster(plan, manifest),
  media: Object.fromEntries(manifest.renditionIds.map((id) => [`${id}.m3u8`, writeHlsMedia(plan, id)])),
})

for (const seconds of [0.5, 1.9, 2.1, 4, 66.066, 3600, 36_000]) {
  test(`${seconds} s of video and audio`, () => checkManifests(rendered(samplePlan(seconds))))
}
test('video alone', () => checkManifests(rendered(samplePlan(30, { audio: [] }))))
test('audio alone', () => checkManifests(rendered(samplePlan(30, { video: undefined }))))
test('audio alone, two languages', () => {
  const audio = [sampleAudio(1, 30), sampleAudio(2, 30, { language: 'de', label: 'Deutsch' })]
  const made = rendered(samplePlan(30, { video: undefined, audio }))
  checkManifests(made)
  assert.equal(made.master.match(/#EXT-X-STREAM-INF/g)?.length, 1)
})
test('hostile labels, equal labels, no language, 44.1 kHz, 6 channels', () => {
  const label = 'Ton "1" <&\'>\u0000\n\ud800'
  const audio = [
    sampleAudio(1, 61, { label, language: 'und', isDefault: false }),
    sampleAudio(2, 61, { label, language: 'und', channels: 6 }),
    sampleAudio(3, 61, { label: '', isDefault: true, sampleRate: 44100, grid: { timescale: 44100, frameTicks: 1024, frames: 2627, segmentFrames: 172, segmentsPerChunk: 8 } }),
  ]
  const made = rendered(samplePlan(61, { audio }))
  checkManifests(made)
  assert.match(made.master, /NAME="Ton '1' <&'> \ufffd 2"/)
})

test('sound that ends a little before the picture', () => checkManifests(rendered(samplePlan(61, { audio: [sampleAudio(1, 60.6)] }))))
test('segments found in the plan are where the manifests say, to the tick', () => {
  const plan = samplePlan(66.066)
  const facts = [plan.video!.renditions[0]!, plan.audio[0]!].flatMap((rendition) => {
    const audio = 'grid' in rendition
    const grid = audio ? rendition.grid : plan.video!.grid
    return segmentsOf(grid, audio ? 'audio' : 'video').map((segment) => ({
      renditionId: rendition.id,
      number: segment.number,
      startTicks: segment.startTicks,
      durationTicks: segment.durationTicks,
      timescale: grid.timescale,
    }))
  })
  checkManifests(rendered(plan), facts)
})

test('the lowest rendition is listed first, whatever the order of the plan', () => {
  const made = rendered(samplePlan(30))
  assert.deepEqual(checkDash(made.mpd).map((track) => track.renditionId), ['h264-240p', 'h264-360p', 'h264-720p', 'aac-1'])
  assert.match(made.master, /STREAM-INF:[^\n]*\nh264-240p\.m3u8\n[^\n]*\nh264-360p\.m3u8/)
})

test('exactly what the manifest version names is listed', () => {
  const plan = samplePlan(30)
  const manifest = { version: 1, createdAt: 0, renditionIds: ['h264-360p', 'aac-1'] }
  checkManifests(rendered(plan, manifest))
  assert.doesNotMatch(writeDash(plan, manifest) + writeHlsMaster(plan, manifest), /720p|240p/)
  assert.throws(() => writeDash(plan, { ...manifest, renditionIds: ['h264-1080p'] }), /no rendition h264-1080p/)
  assert.throws(() => writeHlsMedia(plan, 'h264-1080p'), /no rendition/)
})

test('BANDWIDTH counts the largest audio and the peak', () => {
  const plan = samplePlan(30, { audio: [sampleAudio(1, 30), sampleAudio(2, 30, { bitsPerSecond: 384_000, language: 'fr' })] })
  assert.match(writeHlsMaster(plan, everything(plan)), /BANDWIDTH=844100,/)
})

test('once measured, BANDWIDTH is the measured peak and AVERAGE-BANDWIDTH is there', () => {
  const plan = samplePlan(30)
  const rates = {
    'h264-240p': { peakBitsPerSecond: 300_000, averageBitsPerSecond: 200_000 },
    'aac-1': { peakBitsPerSecond: 135_000, averageBitsPerSecond: 130_000 },
    // Less than what the unmeasured 360p declares: a player must not take it for the worse picture.
    'h264-720p': { peakBitsPerSecond: 500_000, averageBitsPerSecond: 400_000 },
  }
  const manifest = { ...everything(plan), rates }
  checkManifests(rendered(plan, manifest))
  const variants = writeHlsMaster(plan, manifest).match(/BANDWIDTH=\d+(,AVERAGE-BANDWIDTH=\d+)?/g)
  const cap360 = Number(/BANDWIDTH=(\d+)/.exec(variants![1]!)![1])
  assert.deepEqual(variants, ['BANDWIDTH=435000,AVERAGE-BANDWIDTH=330000', `BANDWIDTH=${cap360}`, `BANDWIDTH=${cap360},AVERAGE-BANDWIDTH=530000`])
  assert.ok(cap360 > 700_000 + 135_000)
  assert.deepEqual(checkDash(writeDash(plan, manifest)).map(({ bandwidth }) => bandwidth), [300_000, cap360 - 135_000, cap360 - 135_000, 135_000])
})

test('what every line carries leaves smaller ones out, but for the first', () => {
  const plan = samplePlan(30, { audio: [] })
  const listed = (peaks: Record<string, number>) => {
    const rates = Object.fromEntries(Object.entries(peaks).map(([id, peak]) => [`h264-${id}`, { peakBitsPerSecond: peak, averageBitsPerSecond: peak / 2 }]))
    const manifest = { ...everything(plan), rates }
    const made = rendered(plan, manifest)
    return checkDash(made.mpd).map(({ renditionId }) => renditionId.slice(5))
  }
  assert.deepEqual(listed({ '240p': 40_000, '360p': 80_000, '720p': 200_000 }), ['240p', '720p'])
  assert.deepEqual(listed({ '240p': 40_000, '360p': 340_000, '720p': 900_000 }), ['240p', '360p', '720p'])
  assert.deepEqual(listed({ '240p': 40_000 }), ['240p', '360p', '720p'], 'nothing is known of the larger ones')
})

test('ten hours stay small and quick', () => {
  const plan = samplePlan(36_000)
  const mpd = writeDash(plan, everything(plan))
  assert.ok(mpd.length < 4000, `${mpd.length} characters`)
  const media = writeHlsMedia(plan, 'h264-240p')
  assert.ok(media.length < 500_000, `${media.length} characters`)
  assert.equal(media.match(/#EXTINF/g)?.length, segmentsOf(plan.video!.grid, 'video').length)
})

test('what it looks like', () => {
  const plan = samplePlan(10)
  assert.match(writeDash(plan, everything(plan)), /<SegmentTimeline><S t="0" d="60060" r="1"\/><S d="120120"\/><S d="60060"\/><\/SegmentTimeline>/)
  assert.equal(
    writeHlsMedia(plan, 'h264-240p').split('\n').slice(0, 9).join('\n'),
    '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n' +
      '#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI="../h264-240p/init.mp4"\n#EXTINF:2.002000,\n../h264-240p/0.m4s',
  )
})
