/** Segments made one by one and in bulk, by encoders that know nothing of each other, join to what one pass makes. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { AudioCodec } from '../../src/domain/plan.ts'
import { checkAudioSegment } from '../../src/media/check-audio.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import type { AudioSegment } from '../../src/media/encode-audio.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { planOf } from './encode-clip.ts'
import { decodeTrack, distanceDb, encodeMixed, encodeTrack, soundAs, soundCodecNames, type Track } from './encode-track.ts'

let server: RangeServer
const directory = mkdtempSync(join(tmpdir(), 'sluice-seams-'))
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const seconds = 13
/** One rises, one falls: a step of a hundredth of a period anywhere would show. */
const sweep = (rate: number) => `aevalsrc='0.4*sin(2*PI*(50*t+300*t*t))|0.4*sin(2*PI*(8000*t-250*t*t))':s=${rate}:d=${seconds}`
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '90']
const vp8 = ['-c:v', 'libvpx', '-cpu-used', '8', '-deadline', 'realtime', '-g', '90']

const sources: [string, number, string[]][] = [
  ['a44.mp4', 44_100, [...h264, '-c:a', 'aac', '-b:a', '192k']],
  ['a48.mkv', 48_000, [...h264, '-c:a', 'aac', '-b:a', '192k']],
  ['a44.mkv', 44_100, [...h264, '-c:a', 'aac', '-b:a', '192k']],
  ['opus.webm', 48_000, [...vp8, '-c:a', 'libopus', '-b:a', '160k']],
  ['ac3.ts', 48_000, [...h264, '-c:a', 'ac3', '-b:a', '256k']],
  ['a44.ts', 44_100, [...h264, '-c:a', 'aac', '-b:a', '192k']],
  ['mp3.flv', 44_100, ['-c:v', 'flv', '-c:a', 'libmp3lame', '-b:a', '192k']],
  ['mono.wav', 22_050, ['-vn', '-ac', '1']],
  ['six.mkv', 48_000, [...h264, '-af', 'pan=5.1|c0=c0|c1=c1|c2=0*c0|c3=0*c0|c4=c1|c5=c0', '-c:a', 'flac']],
]

for (const [name, rate, args] of sources) {
  test(`${name}: no seam where pieces meet`, async () => {
    const path = join(directory, name)
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', `testsrc2=s=64x64:r=30:d=${seconds}`, '-f', 'lavfi', '-i', sweep(rate), ...args, path])
    const url = server.urlOf(path)
    const { plan } = await planOf(url, path)
    const decoded = async (codec: AudioCodec, encode: (track: Track) => Promise<AudioSegment[]>) => {
      const { rendition, init } = soundAs(codec, plan)
      return decodeTrack(directory, init, await encode({ plan, rendition, url }))
    }
    const { channels } = plan.audio[0]!
    const near = (samples: Float32Array, border: number) => samples.subarray((border - 4096) * channels, (border + 4096) * channels)

    const whole = await decoded('aac', encodeTrack)
    const mixed = await decoded('aac', encodeMixed)
    assert.equal(mixed.length, whole.length)
    // The codec itself leaves about -40 dB.
    assert.ok(distanceDb(whole, mixed) < -60, `${distanceDb(whole, mixed).toFixed(1)} dB`)
    for (let border = 188 * 1024; border < whole.length / channels; border += 188 * 1024) {
      const apart = distanceDb(near(whole, border), near(mixed, border))
      assert.ok(apart < -50, `${apart.toFixed(1)} dB at ${border / 48_000} s`)
    }

    // Two encodes of Opus may differ and be equally good, so both are held against the AAC, which is ten times nearer to the
    // source and lies at the same place to the sample.
    const wholeOpus = await decoded('opus', encodeTrack)
    const mixedOpus = await decoded('opus', encodeMixed)
    assert.equal(mixedOpus.length, wholeOpus.length)
    const [sought, found] = [whole, wholeOpus].map((samples) => samples.subarray(0, Math.min(whole.length, wholeOpus.length)))
    assert.ok(distanceDb(sought!, found!) < -20, `${distanceDb(sought!, found!).toFixed(1)} dB from the AAC`)
    for (let border = 200 * 960; border < wholeOpus.length / channels - 4096; border += 200 * 960) {
      const [ofWhole, ofMixed] = [wholeOpus, mixedOpus].map((samples) => distanceDb(near(whole, border), near(samples, border)))
      assert.ok(ofMixed! - ofWhole! < 0.5, `${ofMixed!.toFixed(1)} dB at ${border / 48_000} s, in one pass ${ofWhole!.toFixed(1)}`)
    }
  })
}

for (const codec of soundCodecNames) test(`${codec}: a segment is refused unless it has every frame, at its place, of its kind`, async () => {
  const path = join(directory, 'mono.wav')
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const { rendition } = soundAs(codec, plan)
  const [, second] = await encodeTrack({ plan, rendition, url }, 0, 2)
  checkAudioSegment(rendition, second!.bytes, 1)
  const refused = (bytes: Buffer, number = 1, changes = {}) => assert.throws(() => checkAudioSegment({ ...rendition, ...changes }, bytes, number), SpanMismatch)
  refused(second!.bytes, 2)
  refused(second!.bytes, 99)
  refused(second!.bytes.subarray(0, -1))
  refused(Buffer.concat([second!.bytes, second!.bytes]))
  // Opus says per frame how many it has, and one is allowed in two.
  if (codec === 'aac') refused(second!.bytes, 1, { channels: 2 })
  refused(second!.bytes, 1, { grid: { ...rendition.grid, segmentFrames: rendition.grid.segmentFrames - 1 } })
  refused(Buffer.from('neither'))
})
