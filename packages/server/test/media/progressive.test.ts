/** The index of a progressive file: of hours that 32 bits don't hold, and of millions of samples. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { progressiveHead } from '../../src/media/boxes/progressive.ts'
import { boxReader, boxesIn, findBox } from '../../src/media/boxes/read.ts'
import { emptyTable, type TrackTable } from '../../src/media/boxes/track-table.ts'

/** ftyp and moov of one second of picture. */
function makeInit(): Buffer {
  const args = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x64:r=25:d=1', '-c:v', 'libx264', '-movflags', '+frag_keyframe+empty_moov', '-f', 'mp4', '-']
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 24 })
  const moov = findBox(bytes, ['moov'])
  return bytes.subarray(0, moov.end)
}

/** With its media, so that the boxes can be walked. */
const fileOf = (...tracks: Parameters<typeof progressiveHead>[0]): Buffer => {
  const { head, sizeBytes } = progressiveHead(tracks)
  return Buffer.concat([head, Buffer.alloc(sizeBytes - head.length)])
}

const tableOf = (changes: Partial<TrackTable>): TrackTable => ({ ...emptyTable(), runs: [{ samples: 1, sizeBytes: 10, startTicks: 0, dataOffset: 100 }], sizes: [10], durations: [1, 1], compositionOffsets: [1, 0], syncSamples: [0], ...changes })

test('a track of more ticks than 32 bits hold has a header of 64 bits, and the language stays', () => {
  const init = makeInit()
  const mdhdOf = (bytes: Buffer) => findBox(bytes, ['moov', 'trak', 'mdia', 'mdhd'])
  const before = mdhdOf(init)
  const head = fileOf({ init, table: tableOf({ durationTicks: 2 ** 33 + 7 }) })
  const mdhd = mdhdOf(head)
  const reader = boxReader(head, mdhd)
  assert.equal(reader.u32() >>> 24, 1)
  reader.skip(16)
  assert.equal(reader.u32(), init.readUInt32BE(before.body + 12))
  assert.equal(head.readBigUInt64BE(mdhd.body + 24), 2n ** 33n + 7n)
  assert.deepEqual(head.subarray(mdhd.end - 4, mdhd.end), init.subarray(before.end - 4, before.end))
})

test('composition offsets are lifted to zero or more, and counted as they change', () => {
  const head = fileOf({ init: makeInit(), table: tableOf({ sizes: [10, 10, 10], durations: [3, 512], compositionOffsets: [1, 1024, 2, -512], durationTicks: 1536 }) })
  const stbl = findBox(head, ['moov', 'trak', 'mdia', 'minf', 'stbl'])
  const ctts = boxesIn(head, stbl.body, stbl.end).find(({ type }) => type === 'ctts')!
  assert.deepEqual([4, 8, 12, 16, 20].map((at) => head.readUInt32BE(ctts.body + at)), [2, 1, 1536, 2, 0])
})

test('twelve hours at 60 frames a second fit into little memory', () => {
  const samples = 12 * 3600 * 60
  const offsets = Array.from({ length: 2 * samples }, (_, index) => (index % 2 === 0 ? 1 : index % 8 === 1 ? 2048 : 512))
  const table = tableOf({ sizes: new Array<number>(samples).fill(900), durations: [samples, 512], compositionOffsets: offsets, durationTicks: samples * 512 })
  const before = process.memoryUsage().heapUsed
  const { head } = progressiveHead([{ init: makeInit(), table }])
  assert.ok(head.length > samples * 12)
  assert.ok(process.memoryUsage().heapUsed - before < 50e6, `${process.memoryUsage().heapUsed - before} bytes of heap`)
})
