/** H.264 in MP4 (ISO/IEC 14496-15): the decoder configuration, its codec string, and whether a sample is an IDR picture. */
import { BadBoxes, boxReader, boxesIn, findBox, type Box } from './read.ts'

const sampleDescription = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'] as const
/** VisualSampleEntry (ISO/IEC 14496-12 §12.1.3) before its child boxes. */
const visualEntryBytes = 78

export type AvcConfiguration = {
  /** The avcC box's content: parameter sets and profile. */
  bytes: Buffer
  width: number
  height: number
  /** Bytes of a NAL unit's length. */
  lengthBytes: number
}

/** The first sample entry of the first track; it must be avc1. */
export function readAvcConfiguration(init: Buffer): AvcConfiguration {
  const entry = firstEntry(init)
  if (entry.type !== 'avc1') throw new BadBoxes(`the sample entry is ${entry.type}`)
  const reader = boxReader(init, entry, entry.body + 24)
  const [width, height] = [reader.u16(), reader.u16()]
  const avcC = boxesIn(init, entry.body + visualEntryBytes, entry.end).find((box) => box.type === 'avcC')
  if (!avcC || avcC.end - avcC.body < 7) throw new BadBoxes('no avcC box')
  const bytes = init.subarray(avcC.body, avcC.end)
  return { bytes, width, height, lengthBytes: (bytes[4]! & 3) + 1 }
}

/** The first sample entry of the first track. */
export function firstEntry(init: Buffer): Box {
  const stsd = findBox(init, sampleDescription)
  const entry = boxesIn(init, stsd.body + 8, stsd.end)[0]
  if (!entry) throw new BadBoxes('no sample entry')
  return entry
}

/** RFC 6381 §3.3: profile, constraints and level in hex. */
export const avcCodecString = (avcC: Uint8Array): string => `avc1.${Buffer.from(avcC.subarray(1, 4)).toString('hex')}`

/** Whether the sample (length-prefixed NAL units) has an IDR slice and no other slice. */
export function isIdrSample(sample: Buffer, lengthBytes: number): boolean {
  let seen = false
  for (let at = 0; at < sample.length; ) {
    if (at + lengthBytes > sample.length) return false
    const size = sample.readUIntBE(at, lengthBytes)
    at += lengthBytes
    if (size === 0 || at + size > sample.length) return false
    const type = sample[at]! & 0x1f
    if (type >= 1 && type <= 4) return false
    seen ||= type === 5
    at += size
  }
  return seen
}
