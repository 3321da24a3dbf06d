/** The head of a progressive MP4 (ISO/IEC 14496-12) whose index comes first, made from init segments and sample tables. */
import { boxesIn, boxReader, findBox, type Box } from './read.ts'
import type { TrackTable } from './track-table.ts'
import { ascii, box, fullBox, u16, u32, u64 } from './write.ts'

/** `init`: ftyp + moov of one track. */
export type ProgressiveTrack = { init: Buffer; table: TrackTable }

/** A run of a track's samples, in file order. */
export type Placed = { track: number; run: number; sizeBytes: number }

const unityMatrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const millisecond = 1000
const largest32 = 2 ** 32 - 1

/** The file is `head`, then the bytes of `runs`, one after the other. Sound lies beside the picture that it is heard with. */
export function progressiveHead(tracks: readonly ProgressiveTrack[]): { head: Buffer; runs: Placed[]; sizeBytes: number } {
  const runs = interleave(tracks)
  const mediaBytes = runs.reduce((sum, run) => sum + run.sizeBytes, 0)
  const isLarge = mediaBytes > largest32 - 2 ** 28
  const mdat = isLarge ? Buffer.concat([u32(1), ascii('mdat'), u64(mediaBytes + 16)]) : Buffer.concat([u32(mediaBytes + 8), ascii('mdat')])
  const headWith = (mediaAt: number) => Buffer.concat([fileType, movie(tracks, offsetsOf(tracks, runs, mediaAt), isLarge), mdat])
  const head = headWith(headWith(0).length)
  return { head, runs, sizeBytes: head.length + mediaBytes }
}

const fileType = box('ftyp', ascii('isom'), u32(0x200), ascii('isom'), ascii('iso2'), ascii('avc1'), ascii('mp41'))

function interleave(tracks: readonly ProgressiveTrack[]): Placed[] {
  return tracks
    .flatMap(({ init, table }, track) => {
      const timescale = timescaleOf(init)
      return table.runs.map((run, index) => ({ track, run: index, sizeBytes: run.sizeBytes, seconds: run.startTicks / timescale }))
    })
    .toSorted((a, b) => a.seconds - b.seconds || a.track - b.track)
    .map(({ track, run, sizeBytes }) => ({ track, run, sizeBytes }))
}

function offsetsOf(tracks: readonly ProgressiveTrack[], runs: Placed[], mediaAt: number): number[][] {
  const offsets: number[][] = tracks.map(() => [])
  let at = mediaAt
  for (const { track, sizeBytes } of runs) {
    offsets[track]!.push(at)
    at += sizeBytes
  }
  return offsets
}

const timescaleOf = (init: Buffer): number => {
  const reader = boxReader(init, findBox(init, ['moov', 'trak', 'mdia', 'mdhd']))
  reader.skip(reader.u32() >>> 24 === 1 ? 16 : 8)
  return reader.u32()
}

function movie(tracks: readonly ProgressiveTrack[], offsets: number[][], isLarge: boolean): Buffer {
  const milliseconds = tracks.map(({ init, table }) => Math.round((table.durationTicks / timescaleOf(init)) * millisecond))
  const mvhd = fullBox('mvhd', 0, 0, u32(0, 0, millisecond, Math.max(...milliseconds), 0x10000), u16(0x100, 0), u32(0, 0), unityMatrix, u32(0, 0, 0, 0, 0, 0), u32(tracks.length + 1))
  return box('moov', mvhd, ...tracks.map((track, index) => trackBox(track, index + 1, milliseconds[index]!, offsets[index]!, isLarge)))
}

/** The track's own header, media header and descriptions, with tables instead of the promise of fragments. */
function trackBox({ init, table }: ProgressiveTrack, id: number, milliseconds: number, offsets: number[], isLarge: boolean): Buffer {
  const trak = findBox(init, ['moov', 'trak'])
  const mdia = findBox(init, ['mdia'], trak.body, trak.end)
  const minf = findBox(init, ['minf'], mdia.body, mdia.end)
  const whole = (parent: Box, type: string) => {
    const found = findBox(init, [type], parent.body, parent.end)
    return Buffer.from(init.subarray(found.start, found.end))
  }
  const tkhd = whole(trak, 'tkhd')
  // Version 0 or 1: times of 4 or 8 bytes before the id, which a reserved word and the duration follow. Enabled, in the movie.
  const wide = tkhd[8] === 1 ? 8 : 4
  tkhd.writeUInt32BE((tkhd[8]! << 24) | 3, 8)
  tkhd.writeUInt32BE(id, 12 + 2 * wide)
  writeTime(tkhd, 12 + 2 * wide + 8, wide, milliseconds)
  const mdhd = whole(mdia, 'mdhd')
  const mediaWide = mdhd[8] === 1 ? 8 : 4
  const isLong = mediaWide === 4 && table.durationTicks > largest32
  // Times of 8 bytes; what follows them (language) stays.
  const mediaHeader = isLong ? fullBox('mdhd', 1, 0, u64(0), u64(0), u32(timescaleOf(init)), u64(table.durationTicks), mdhd.subarray(28)) : mdhd
  if (!isLong) writeTime(mdhd, 12 + 2 * mediaWide + 4, mediaWide, table.durationTicks)
  const kept = boxesIn(init, minf.body, minf.end).filter(({ type }) => type !== 'stbl').map(({ start, end }) => init.subarray(start, end))
  // Offsets of pictures shown before one that is decoded later are lifted to zero or more (older players know no others),
  // and the edit list takes the lift off again.
  let lift = 0
  for (let index = 1; index < table.compositionOffsets.length; index += 2) lift = Math.max(lift, -table.compositionOffsets[index]!)
  const edits = lift > 0 ? [box('edts', fullBox('elst', 0, 0, u32(1, milliseconds, lift), u16(1, 0)))] : []
  const stsd = whole(findBox(init, ['stbl'], minf.body, minf.end), 'stsd')
  return box('trak', tkhd, ...edits, box('mdia', mediaHeader, whole(mdia, 'hdlr'), box('minf', ...kept, box('stbl', stsd, ...sampleTables(table, lift, offsets, isLarge)))))
}

function writeTime(bytes: Buffer, at: number, width: number, value: number): void {
  if (width === 8) bytes.writeBigUInt64BE(BigInt(value), at)
  else bytes.writeUInt32BE(value, at)
}

function sampleTables(table: TrackTable, lift: number, offsets: number[], isLarge: boolean): Buffer[] {
  const hasOffsets = table.compositionOffsets.some((offset, index) => index % 2 === 1 && offset + lift !== 0)
  return [
    fullBox('stts', 0, 0, u32(table.durations.length / 2), words(table.durations)),
    ...(hasOffsets ? [fullBox('ctts', 0, 0, u32(table.compositionOffsets.length / 2), words(table.compositionOffsets, (value, index) => (index % 2 === 1 ? value + lift : value)))] : []),
    ...(table.syncSamples.length < table.sizes.length ? [fullBox('stss', 0, 0, u32(table.syncSamples.length), words(table.syncSamples, (sample) => sample + 1))] : []),
    fullBox('stsc', 0, 0, ...samplesPerChunk(table)),
    fullBox('stsz', 0, 0, u32(0, table.sizes.length), words(table.sizes)),
    isLarge ? fullBox('co64', 0, 0, u32(offsets.length), Buffer.concat(offsets.map(u64))) : fullBox('stco', 0, 0, u32(offsets.length), words(offsets)),
  ]
}

/** An entry where the number of samples of a run changes. */
function samplesPerChunk({ runs }: TrackTable): Buffer[] {
  const entries = runs.flatMap(({ samples }, index) => (index > 0 && runs[index - 1]!.samples === samples ? [] : [index + 1, samples, 1]))
  return [u32(entries.length / 3), words(entries)]
}

/** 32-bit numbers, as many as there are: the arguments of a call are limited. */
function words(values: number[], as?: (value: number, index: number) => number): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let index = 0; index < values.length; index++) view.setUint32(index * 4, as ? as(values[index]!, index) : values[index]!)
  return bytes
}
