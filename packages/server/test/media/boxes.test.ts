/** MP4 boxes: what is written reads back, and hostile bytes only ever give BadBoxes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aacEntry, audioSpecificConfig } from '../../src/media/boxes/aac.ts'
import { avcCodecString, isIdrSample, readAvcConfiguration } from '../../src/media/boxes/avc.ts'
import { placeFragment, readFragments } from '../../src/media/boxes/fragment.ts'
import { opusEntry } from '../../src/media/boxes/opus.ts'
import { BadBoxes, boxesIn, findBox } from '../../src/media/boxes/read.ts'
import { soundFragment, soundInit } from '../../src/media/boxes/sound.ts'
import { box, u32 } from '../../src/media/boxes/write.ts'
import { adtsFrames, BadAdts } from '../../src/media/adts.ts'
import { BadOgg, isOpusFrame, opusFrames } from '../../src/media/opus-frames.ts'

const track = { sampleRate: 48000, channels: 2, bitsPerSecond: 128000, language: 'deu' }
const aac = { ...track, frameSamples: 1024, sampleEntry: aacEntry(track) }
const opus = { ...track, frameSamples: 960, sampleEntry: opusEntry(track), rollFrames: 4 }
const frames = [Buffer.from('one'), Buffer.from('three'), Buffer.from('fifteen')]

test('an audio fragment reads back, and can be put elsewhere in time', () => {
  const bytes = soundFragment(frames, aac, { decodeTime: 188 * 1024, sequence: 2 })
  const [fragment] = readFragments(bytes)
  assert.equal(fragment!.decodeTime, 188 * 1024)
  assert.deepEqual(fragment!.samples.map((sample) => [sample.sizeBytes, sample.durationTicks]), [[3, 1024], [5, 1024], [7, 1024]])
  assert.equal(bytes.toString('latin1', fragment!.dataOffset, fragment!.dataOffset + 8), 'onethree')
  placeFragment(bytes, fragment!, 2 ** 40, 77)
  const [moved] = readFragments(bytes)
  assert.equal(moved!.decodeTime, 2 ** 40)
  assert.equal(bytes.readUInt32BE(moved!.sequenceAt), 77)
})

test('an audio init has one track at 48 kHz and no edit list', () => {
  const bytes = soundInit(aac)
  assert.deepEqual(boxesIn(bytes).map((one) => one.type), ['ftyp', 'moov'])
  assert.deepEqual(boxesIn(bytes, findBox(bytes, ['moov', 'trak']).body, findBox(bytes, ['moov', 'trak']).end).map((one) => one.type), ['tkhd', 'mdia'])
  const mdhd = findBox(bytes, ['moov', 'trak', 'mdia', 'mdhd'])
  assert.equal(bytes.readUInt32BE(mdhd.body + 12), 48000)
  assert.deepEqual([...audioSpecificConfig(48000, 2)], [0x11, 0x90])
  assert.deepEqual([...audioSpecificConfig(44100, 1)], [0x12, 0x08])
})

test('an Opus init skips nothing, and tells how long a decoder must have heard before it is right', () => {
  const bytes = soundInit(opus)
  const dOps = bytes.indexOf('dOps')
  assert.deepEqual([bytes[dOps + 5], bytes.readUInt16BE(dOps + 6), bytes.readUInt32BE(dOps + 8)], [2, 0, 48000])
  const roll = findBox(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'sgpd'])
  assert.equal(bytes.toString('latin1', roll.body + 4, roll.body + 8), 'roll')
  assert.equal(bytes.readInt16BE(roll.end - 2), -4)
  const fragment = soundFragment(frames, opus, { decodeTime: 0, sequence: 1 })
  assert.equal(fragment.readUInt32BE(findBox(fragment, ['moof', 'traf', 'sbgp']).body + 12), frames.length, 'all frames are of that group')
})

test('an Opus frame is one of 20 ms, of no more channels than the track', () => {
  const packet = (config: number, stereo: 0 | 1, count: number) => Buffer.from([(config << 3) | (stereo << 2) | count, 0])
  assert.deepEqual([1, 5, 9, 13, 15, 19, 23, 27, 31].filter((config) => !isOpusFrame(packet(config, 1, 0), 2)), [])
  assert.ok(isOpusFrame(packet(31, 0, 0), 2) && isOpusFrame(packet(31, 0, 0), 1))
  for (const other of [packet(30, 1, 0), packet(2, 1, 0), packet(12, 1, 0), packet(31, 1, 1)]) assert.ok(!isOpusFrame(other, 2))
  assert.ok(!isOpusFrame(packet(31, 1, 0), 1))
})

test('Ogg comes apart, also where a packet goes on in the next page, and must be what was asked for', () => {
  const page = (lacing: number[], ...content: Buffer[]) => Buffer.concat([Buffer.from('OggS'), Buffer.alloc(22), Buffer.from([lacing.length, ...lacing]), ...content])
  const head = (channels: number, delay: number) => Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, channels, delay & 255, delay >>> 8]), Buffer.alloc(7)])
  const start = (channels = 2, delay = 312) => Buffer.concat([page([19], head(channels, delay)), page([8], Buffer.from('OpusTags'))])
  const long = Buffer.alloc(600, 7)
  const stream = Buffer.concat([start(), page([3, 255, 255], frames[0]!, long.subarray(0, 510)), page([90, 0, 5], long.subarray(510), frames[1]!)])
  assert.deepEqual(opusFrames(stream, track), [frames[0], long, Buffer.alloc(0), frames[1]])
  for (const wrong of [start(1), start(2, 120), stream.subarray(0, -1), stream.subarray(0, 80), stream.subarray(3), Buffer.alloc(0), Buffer.concat([start(), page([255], long.subarray(0, 255))])]) {
    assert.throws(() => opusFrames(wrong, track), BadOgg)
  }
})

test('codec strings and IDR pictures', () => {
  assert.equal(avcCodecString(Buffer.from([1, 0x64, 0, 0x1f, 0xff])), 'avc1.64001f')
  const nal = (type: number, size = 3) => Buffer.concat([u32(size), Buffer.from([0x60 | type]), Buffer.alloc(size - 1)])
  assert.equal(isIdrSample(Buffer.concat([nal(6), nal(5), nal(5)]), 4), true)
  assert.equal(isIdrSample(Buffer.concat([nal(6), nal(1)]), 4), false)
  assert.equal(isIdrSample(Buffer.concat([nal(5), nal(1)]), 4), false)
  assert.equal(isIdrSample(nal(5).subarray(0, 6), 4), false)
  assert.equal(isIdrSample(Buffer.alloc(0), 4), false)
})

test('every truncation and 4000 alterations are refused or read, nothing else', () => {
  const init = soundInit(opus)
  const whole = Buffer.concat([init, soundFragment(frames, opus, { decodeTime: 0, sequence: 1 })])
  const read = (bytes: Buffer) => {
    for (const act of [() => readFragments(bytes), () => readAvcConfiguration(bytes), () => readFragments(bytes, init.length)]) {
      try {
        act()
      } catch (error) {
        if (!(error instanceof BadBoxes)) throw error
      }
    }
  }
  for (let length = 0; length < whole.length; length++) read(whole.subarray(0, length))
  let state = 1
  const random = (below: number) => (state = (state * 48271) % 0x7fffffff) % below
  for (let round = 0; round < 4_000; round++) {
    const bytes = Buffer.from(whole)
    for (let change = 0; change <= random(4); change++) bytes[random(bytes.length)] = [0, 1, 0x7f, 0xff, random(256)][random(5)]!
    read(bytes)
  }
  assert.throws(() => boxesIn(Buffer.concat([u32(4), Buffer.from('moov')])), BadBoxes)
  assert.throws(() => readFragments(box('moof', box('traf'))), BadBoxes)
})

test('ADTS comes apart, and must be what was asked for', () => {
  const adts = (payload: Buffer) => {
    const size = payload.length + 7
    return Buffer.concat([Buffer.from([0xff, 0xf1, 0x4c, 0x80 | (size >> 11), (size >> 3) & 0xff, ((size & 7) << 5) | 0x1f, 0xfc]), payload])
  }
  const stream = Buffer.concat(frames.map(adts))
  const asked = { sampleRate: 48_000, channels: 2 }
  assert.deepEqual(adtsFrames(stream, asked), frames)
  for (const wrong of [stream.subarray(0, -1), Buffer.from('not an adts stream')]) assert.throws(() => adtsFrames(wrong, asked), BadAdts)
  assert.throws(() => adtsFrames(stream, { ...asked, channels: 1 }), BadAdts)
  assert.throws(() => adtsFrames(stream, { ...asked, sampleRate: 44_100 }), BadAdts)
})
