/** MP4 boxes: what is written reads back, and hostile bytes only ever give BadBoxes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aacFragment, aacInit, audioSpecificConfig } from '../../src/media/boxes/aac.ts'
import { avcCodecString, isIdrSample, readAvcConfiguration } from '../../src/media/boxes/avc.ts'
import { placeFragment, readFragments } from '../../src/media/boxes/fragment.ts'
import { BadBoxes, boxesIn, findBox } from '../../src/media/boxes/read.ts'
import { box, u32 } from '../../src/media/boxes/write.ts'
import { adtsFrames, BadAdts } from '../../src/media/adts.ts'

const frames = [Buffer.from('one'), Buffer.from('three'), Buffer.from('fifteen')]

test('an audio fragment reads back, and can be put elsewhere in time', () => {
  const bytes = aacFragment(frames, 188 * 1024, 2)
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
  const { bytes } = aacInit({ sampleRate: 48000, channels: 2, bitsPerSecond: 128000, language: 'deu' })
  assert.deepEqual(boxesIn(bytes).map((one) => one.type), ['ftyp', 'moov'])
  assert.deepEqual(boxesIn(bytes, findBox(bytes, ['moov', 'trak']).body, findBox(bytes, ['moov', 'trak']).end).map((one) => one.type), ['tkhd', 'mdia'])
  const mdhd = findBox(bytes, ['moov', 'trak', 'mdia', 'mdhd'])
  assert.equal(bytes.readUInt32BE(mdhd.body + 12), 48000)
  assert.deepEqual([...audioSpecificConfig(48000, 2)], [0x11, 0x90])
  assert.deepEqual([...audioSpecificConfig(44100, 1)], [0x12, 0x08])
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
  const init = aacInit({ sampleRate: 48000, channels: 2, bitsPerSecond: 128000, language: 'und' }).bytes
  const whole = Buffer.concat([init, aacFragment(frames, 0, 1)])
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
