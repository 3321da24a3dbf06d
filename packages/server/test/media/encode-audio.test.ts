/** Sound in one pass: an opening has the same bytes, offsets are kept, gaps and early ends are silence only where that is allowed. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encodeAudioTrack, type AudioOptions, type AudioSegment } from '../../src/media/encode-audio.ts'
import { SpanMismatch } from '../../src/media/encode-span.ts'
import { makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { planOf, tools } from './encode-clip.ts'

let server: RangeServer
const directory = mkdtempSync(join(tmpdir(), 'sluice-audio-'))
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

async function segmentsOf(options: AudioOptions): Promise<AudioSegment[]> {
  const segments: AudioSegment[] = []
  for await (const segment of encodeAudioTrack(tools, options)) segments.push(segment)
  return segments
}

/** Samples of one channel, decoded. */
function samplesOf(init: Buffer, segments: AudioSegment[]): Int16Array {
  const path = join(directory, 'track.mp4')
  writeFileSync(path, Buffer.concat([init, ...segments.map((segment) => segment.bytes)]))
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-ac', '1', '-f', 's16le', '-'], { maxBuffer: 2 ** 28 })
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
}
const loudness = (samples: Int16Array, fromSeconds: number, toSeconds: number): number => {
  const part = samples.subarray(fromSeconds * 48000, toSeconds * 48000)
  return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length)
}

test('an opening has the bytes of a whole pass, twice the same', async () => {
  const path = makeClip({ seconds: 14, width: 64, height: 64 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const rendition = plan.audio[0]!
  const whole = await segmentsOf({ plan, rendition, url })
  assert.deepEqual(whole.map((segment) => segment.number), [0, 1, 2, 3])
  const opening = await segmentsOf({ plan, rendition, url, toSegment: 2 })
  assert.deepEqual(opening.map((segment) => segment.sha256), whole.slice(0, 2).map((segment) => segment.sha256))
})

test('a beep is heard when the source has it, to a millisecond', async () => {
  const path = join(directory, 'click.wav')
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', "aevalsrc='if(between(t,3,3.1),0.8*sin(6283*t),0)':s=44100:d=6", path])
  const url = server.urlOf(path)
  const { plan, inits } = await planOf(url, path)
  const samples = samplesOf(inits.get('aac-1')!.bytes, await segmentsOf({ plan, rendition: plan.audio[0]!, url }))
  const first = samples.findIndex((value) => Math.abs(value) > 6000)
  assert.ok(Math.abs(first / 48000 - 3) < 0.002, `${first / 48000} s`)
})

test('sound that starts late and ends early has silence there', async () => {
  const path = join(directory, 'late.mp4')
  const clip = makeClip({ seconds: 6, width: 64, height: 64 })
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', clip, '-itsoffset', '1.5', '-t', '2', '-i', clip, '-map', '0:v', '-map', '1:a', '-c', 'copy', path])
  const url = server.urlOf(path)
  const { plan, inits } = await planOf(url, path)
  const segments = await segmentsOf({ plan, rendition: plan.audio[0]!, url })
  const samples = samplesOf(inits.get('aac-1')!.bytes, segments)
  assert.equal(samples.length, plan.audio[0]!.grid.frames * 1024)
  assert.ok(Math.abs(samples.length / 48000 - 6) < 0.03)
  assert.ok(loudness(samples, 0, 1.4) < 50 && loudness(samples, 1.6, 3.4) > 500 && loudness(samples, 3.7, 5.9) < 50)
})

test('a track that ends much too early is refused, then filled with silence when told to', async () => {
  const path = makeClip({ seconds: 4, width: 64, height: 64 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const rendition = { ...plan.audio[0]!, sourceFrames: 800, grid: { ...plan.audio[0]!.grid, frames: 800 } }
  await assert.rejects(segmentsOf({ plan, rendition, url }), SpanMismatch)
  assert.equal((await segmentsOf({ plan, rendition, url, mode: 'fill' })).length, 5)
})

test('leaving early ends ffmpeg, and so does an abort', async () => {
  const path = makeClip({ seconds: 14, width: 64, height: 64 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  for await (const segment of encodeAudioTrack(tools, { plan, rendition: plan.audio[0]!, url })) {
    assert.equal(segment.number, 0)
    break
  }
  await assert.rejects(segmentsOf({ plan, rendition: plan.audio[0]!, url, signal: AbortSignal.abort() }))
})
