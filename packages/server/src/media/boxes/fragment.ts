/** Movie fragments (moof + mdat): reading what is in one, and putting it at its place on the time line. */
import { BadBoxes, boxReader, boxesIn, findBox, type Box } from './read.ts'

/** One fragment of one track. Offsets are in the buffer that was read. */
export type Fragment = {
  start: number
  /** One past the mdat. */
  end: number
  decodeTime: number
  samples: { durationTicks: number; sizeBytes: number; flags: number; compositionOffset: number }[]
  /** Where the first sample's bytes are. */
  dataOffset: number
  /** Where decode time (with its size in bytes) and sequence number are written. */
  decodeTimeAt: { offset: number; bytes: 4 | 8 }
  sequenceAt: number
}

const maxSamples = 100_000

/** The fragments of a buffer that starts at a moof; other top-level boxes (styp, sidx, mfra) are passed over. */
export function readFragments(bytes: Buffer, from = 0): Fragment[] {
  const boxes = boxesIn(bytes, from)
  const fragments: Fragment[] = []
  boxes.forEach((box, index) => {
    if (box.type !== 'moof') return
    const mdat = boxes[index + 1]
    if (mdat?.type !== 'mdat') throw new BadBoxes('a moof without its mdat')
    fragments.push(readFragment(bytes, box, mdat))
  })
  return fragments
}

/** One moof with its mdat; one track and one trun, all samples within the mdat. Offsets by default-base-is-moof. */
export function readFragment(bytes: Buffer, moof: Box, mdat: Box): Fragment {
  const children = boxesIn(bytes, moof.body, moof.end)
  const trafs = children.filter((box) => box.type === 'traf')
  if (trafs.length !== 1) throw new BadBoxes(`${trafs.length} tracks in a fragment`)
  const traf = trafs[0]!
  const header = boxReader(bytes, findBox(bytes, ['mfhd'], moof.body, moof.end))
  header.u32()
  const defaults = readTrackHeader(bytes, findBox(bytes, ['tfhd'], traf.body, traf.end))
  const time = boxReader(bytes, findBox(bytes, ['tfdt'], traf.body, traf.end))
  const timeSize = time.u32() >>> 24 === 1 ? 8 : 4
  const decodeTimeAt = { offset: time.position(), bytes: timeSize } as const
  const decodeTime = timeSize === 8 ? time.u64() : time.u32()
  const truns = boxesIn(bytes, traf.body, traf.end).filter((box) => box.type === 'trun')
  if (truns.length !== 1) throw new BadBoxes(`${truns.length} runs in a fragment`)
  const run = readRun(bytes, truns[0]!, defaults)
  const dataOffset = moof.start + run.dataOffset
  const sampleBytes = run.samples.reduce((sum, sample) => sum + sample.sizeBytes, 0)
  if (dataOffset < mdat.body || dataOffset + sampleBytes > mdat.end) throw new BadBoxes('samples outside their mdat')
  return { start: moof.start, end: mdat.end, decodeTime, samples: run.samples, dataOffset, decodeTimeAt, sequenceAt: header.position() }
}

type Defaults = { durationTicks: number; sizeBytes: number; flags: number }

/** ISO/IEC 14496-12 §8.8.7 */
function readTrackHeader(bytes: Buffer, box: Box): Defaults {
  const reader = boxReader(bytes, box)
  const flags = reader.u32() & 0xffffff
  reader.skip(4)
  if (flags & 0x1) reader.skip(8)
  if (flags & 0x2) reader.skip(4)
  return { durationTicks: flags & 0x8 ? reader.u32() : 0, sizeBytes: flags & 0x10 ? reader.u32() : 0, flags: flags & 0x20 ? reader.u32() : 0 }
}

/** ISO/IEC 14496-12 §8.8.8 */
function readRun(bytes: Buffer, box: Box, defaults: Defaults): { dataOffset: number; samples: Fragment['samples'] } {
  const reader = boxReader(bytes, box)
  const versionAndFlags = reader.u32()
  const isSigned = versionAndFlags >>> 24 > 0
  const count = reader.u32()
  if (count > maxSamples) throw new BadBoxes(`${count} samples in a run`)
  const dataOffset = versionAndFlags & 0x1 ? reader.i32() : 0
  const firstFlags = versionAndFlags & 0x4 ? reader.u32() : undefined
  const samples = Array.from({ length: count }, (_, index) => ({
    durationTicks: versionAndFlags & 0x100 ? reader.u32() : defaults.durationTicks,
    sizeBytes: versionAndFlags & 0x200 ? reader.u32() : defaults.sizeBytes,
    flags: versionAndFlags & 0x400 ? reader.u32() : index === 0 && firstFlags !== undefined ? firstFlags : defaults.flags,
    compositionOffset: versionAndFlags & 0x800 ? (isSigned ? reader.i32() : reader.u32()) : 0,
  }))
  return { dataOffset, samples }
}

/** Changes, in place, when the fragment is decoded and its number in the track (from 1, as segments count from 0). */
export function placeFragment(bytes: Buffer, fragment: Fragment, decodeTime: number, sequence: number): void {
  if (fragment.decodeTimeAt.bytes === 8) bytes.writeBigUInt64BE(BigInt(decodeTime), fragment.decodeTimeAt.offset)
  else bytes.writeUInt32BE(decodeTime, fragment.decodeTimeAt.offset)
  bytes.writeUInt32BE(sequence, fragment.sequenceAt)
}
