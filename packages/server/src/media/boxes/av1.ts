/** AV1 in MP4 (AV1 Codec ISO Media File Format Binding 1.2): the configuration, its codec string, and whether a sample is a key frame. */
import { BadBoxes, boxesIn, type Box } from './read.ts'

/** VisualSampleEntry (ISO/IEC 14496-12 §12.1.3) before its child boxes. */
const visualEntryBytes = 78
const obuSequenceHeader = 1
const obuFrameHeader = 3
const obuFrame = 6

/** The av1C box's content of an av01 sample entry: profile, level and the sequence header. */
export function av1ConfigurationOf(init: Buffer, entry: Box): Buffer {
  const av1C = boxesIn(init, entry.body + visualEntryBytes, entry.end).find((box) => box.type === 'av1C')
  if (!av1C || av1C.end - av1C.body < 5) throw new BadBoxes('no av1C box')
  const bytes = init.subarray(av1C.body, av1C.end)
  if (bytes[0] !== 0x81) throw new BadBoxes('an av1C box of another version')
  if (!obusIn(bytes.subarray(4))?.some(({ type }) => type === obuSequenceHeader)) throw new BadBoxes('an av1C box without a sequence header')
  return bytes
}

/** §5: profile, level, tier and bit depth; all else is what the short form stands for (4:2:0, BT.709, studio range). */
export function av1CodecString(av1C: Uint8Array): string {
  const [, profileAndLevel = 0, flags = 0] = av1C
  const level = String(profileAndLevel & 0x1f).padStart(2, '0')
  const tier = flags & 0x80 ? 'H' : 'M'
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8
  return `av01.${profileAndLevel >> 5}.${level}${tier}.${String(depth).padStart(2, '0')}`
}

/**
 * Whether the temporal unit begins with its sequence header and its first frame is a shown key frame: decoding can start
 * there (§2.4; AV1 §5.9.2, for a stream without reduced still picture headers).
 */
export function isKeyTemporalUnit(sample: Buffer): boolean {
  const obus = obusIn(sample)
  if (!obus || obus[0]?.type !== obuSequenceHeader) return false
  const first = obus.find(({ type }) => type === obuFrame || type === obuFrameHeader)
  // show_existing_frame (0), frame_type (KEY_FRAME, 00), show_frame (1)
  return first !== undefined && first.payload.length > 0 && first.payload[0]! >> 4 === 0b0001
}

type Obu = { type: number; payload: Buffer }

/** AV1 §5.3: every OBU with its size; undefined where they don't fill the bytes exactly. */
function obusIn(bytes: Buffer): Obu[] | undefined {
  const obus: Obu[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = bytes[at++]!
    const isForbidden = header & 0x80
    const hasSize = header & 0x02
    if (header & 0x04) at++
    if (isForbidden || !hasSize) return undefined
    let size = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length || shift > 28) return undefined
      const byte = bytes[at++]!
      size += (byte & 0x7f) * 2 ** shift
      if (!(byte & 0x80)) break
    }
    if (at + size > bytes.length) return undefined
    obus.push({ type: (header >> 3) & 0xf, payload: bytes.subarray(at, at + size) })
    at += size
  }
  return obus
}
