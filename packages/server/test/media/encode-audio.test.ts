/** Sound is where the source has it: offsets, gaps and early ends are kept, and silence stands in only where that is allowed. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { segmentCount } from '../../src/domain/grid.ts'
import type { AudioCodec } from '../../src/domain/plan.ts'
import { SpanMismatch } from '../../src/media/check-span.ts'
import { encodeAudioSpan } from '../../src/media/encode-audio.ts'
import { makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { planOf, tools } from './encode-clip.ts'
import { decodeTrack, encodeMixed, encodeTrack, loudness, soundAs, soundCodecNames } from './encode-track.ts'

let server: RangeServer
const directory = mkdtempSync(join(tmpdir(), 'sluice-audio-'))
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args])

async function open(path: string, codec: AudioCodec = 'aac') {
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const { rendition, init } = soundAs(codec, plan)
  return { track: { plan, rendition, url }, init, channels: rendition.channels }
}
/** When sound is first louder than a fifth of full scale, in seconds. */
const firstLoud = (samples: Float32Array, channels: number) => samples.findIndex((value) => Math.abs(value) > 0.2) / channels / 48_000

for (const codec of soundCodecNames) {
  test(`${codec}: a beep is heard when the source has it, to a millisecond`, async () => {
    const path = join(directory, 'click.wav')
    ffmpeg('-f', 'lavfi', '-i', "aevalsrc='if(between(t,3,3.1),0.8*sin(6283*t),0)':s=44100:d=6", path)
    const { track, init, channels } = await open(path, codec)
    const at = firstLoud(decodeTrack(directory, init, await encodeTrack(track)), channels)
    assert.ok(Math.abs(at - 3) < 0.002, `${at} s`)
  })

  test(`${codec}: at the end of an hour sound is where it was, to five milliseconds`, async () => {
    const path = join(directory, 'hour.mp4')
    const clicks = "aevalsrc='if(lt(mod(t,900),0.05)*gt(t,1),0.8*sin(6283*t),0)':s=8000:d=3604"
    ffmpeg('-f', 'lavfi', '-i', 'color=s=16x16:r=1:d=3604', '-f', 'lavfi', '-i', clicks, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-aac_coder', 'fast', '-ac', '1', path)
    const { track, init, channels } = await open(path, codec)
    const { grid } = track.rendition
    for (const seconds of [900, 3600]) {
      // From the segment before: a decoder of Opus that starts right at the click has not heard what it needs.
      const number = Math.floor((seconds * 48_000) / grid.frameTicks / grid.segmentFrames) - 1
      const start = (number * grid.segmentFrames * grid.frameTicks) / 48_000
      const at = start + firstLoud(decodeTrack(directory, init, await encodeTrack(track, number, number + 2)), channels)
      assert.ok(Math.abs(at - seconds) < 0.005, `${at} s, not ${seconds}`)
    }
    assert.equal((await encodeTrack(track, 64, 128)).length, 64, 'a part of four minutes, as in bulk')
  })

  test(`${codec}: sound that starts late and ends early has silence there, in whatever pieces it is made`, async () => {
    const path = join(directory, 'late.mp4')
    const clip = makeClip({ seconds: 10, width: 64, height: 64 })
    ffmpeg('-i', clip, '-itsoffset', '1.5', '-t', '2', '-i', clip, '-map', '0:v', '-map', '1:a', '-c', 'copy', path)
    const { track, init, channels } = await open(path, codec)
    for (const segments of [await encodeTrack(track), await encodeMixed(track)]) {
      const samples = decodeTrack(directory, init, segments)
      assert.equal(samples.length / channels, track.rendition.grid.frames * track.rendition.grid.frameTicks)
      const loud = (from: number, to: number) => loudness(samples, channels, from, to)
      assert.ok(loud(0, 1.4) < 0.002 && loud(1.6, 3.4) > 0.02 && loud(3.7, 9.9) < 0.002)
    }
  })

  test(`${codec}: sound that starts before the picture keeps its distance from it`, async () => {
    const path = join(directory, 'early.mkv')
    const clicks = "aevalsrc='if(lt(mod(t,5),0.1),0.8*sin(6283*t),0)*gt(t,1)':s=44100:d=14"
    ffmpeg('-itsoffset', '0.7', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=30:d=13', '-f', 'lavfi', '-i', clicks, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', path)
    const { track, init, channels } = await open(path, codec)
    const { source } = track.plan.video!
    // In the file the picture comes at 0.7 s and the first click at 5 s.
    const expected = 5 - 0.7 + (source.startSeconds ?? 0)
    for (const segments of [await encodeTrack(track), await encodeMixed(track)]) {
      const at = firstLoud(decodeTrack(directory, init, segments), channels)
      assert.ok(Math.abs(at - expected) < 0.005, `${at} s, not ${expected}`)
    }
  })

  test(`${codec}: a gap in the source stays one, also across the border of segments`, async () => {
    const path = join(directory, 'gaps.mkv')
    const gaps = 'not(between(t,2,2.5)+between(t,7,9.5))'
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=30:d=14', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:d=14', '-af', `volume=6dB,aselect='${gaps}'`, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', path)
    const { track, init, channels } = await open(path, codec)
    for (const segments of [await encodeTrack(track), await encodeMixed(track)]) {
      const samples = decodeTrack(directory, init, segments)
      const loud = (from: number, to: number) => loudness(samples, channels, from, to)
      assert.ok(loud(2.1, 2.4) < 0.01 && loud(7.1, 9.4) < 0.01, 'silence in the gaps')
      assert.ok(Math.min(loud(1, 1.9), loud(2.6, 6.9), loud(9.6, 13.9)) > 0.1, 'sound around them')
    }
  })

  test(`${codec}: six channels at full scale fit in two`, async () => {
    const path = join(directory, 'six.mkv')
    ffmpeg('-f', 'lavfi', '-i', "aevalsrc='0.99*sin(2765*t)':s=48000:d=5", '-af', 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0', '-c:a', 'flac', path)
    const { track, init, channels } = await open(path, codec)
    assert.equal(channels, 2)
    const samples = decodeTrack(directory, init, await encodeTrack(track))
    const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    assert.ok(peak <= 1.03 && peak > 0.7, `${peak}`)
  })

  test(`${codec}: a track that ends much too early is refused, then filled with silence when told to`, async () => {
    const { track } = await open(makeClip({ seconds: 4, width: 64, height: 64 }), codec)
    const rendition = { ...track.rendition, sourceFrames: 800, grid: { ...track.rendition.grid, frames: 800 } }
    await assert.rejects(encodeTrack({ ...track, rendition }), SpanMismatch)
    const to = segmentCount(rendition.grid, 'audio')
    assert.equal((await encodeAudioSpan(tools, { ...track, rendition, from: 0, to, mode: 'fill' })).length, to)
  })
}

test('an abort ends it', async () => {
  const { track } = await open(makeClip({ seconds: 14, width: 64, height: 64 }))
  await assert.rejects(encodeAudioSpan(tools, { ...track, from: 0, to: 4, mode: 'normal', signal: AbortSignal.abort() }))
})
