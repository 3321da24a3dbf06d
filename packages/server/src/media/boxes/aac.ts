/** AAC in MP4: the init segment and the fragments of a track, written from raw AAC frames. */
import { createHash } from 'node:crypto'
import { ascii, box, cmafFileType, fullBox, u16, u32, u64, u8 } from './write.ts'

export type AacTrack = { sampleRate: number; channels: number; bitsPerSecond: number; language: string }

const unityMatrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const samplesPerFrame = 1024
/** ISO/IEC 14496-3 table 1.18 */
const sampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]

/** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): AAC-LC, frames of 1024 samples. */
export function audioSpecificConfig(sampleRate: number, channels: number): Buffer {
  const index = sampleRates.indexOf(sampleRate)
  if (index < 0 || channels < 1 || channels > 2) throw new RangeError(`no AAC of ${sampleRate} Hz and ${channels} channels`)
  return u16((2 << 11) | (index << 7) | (channels << 3))
}

/** RFC 6381: MPEG-4 audio, AAC-LC. */
export const aacCodecString = 'mp4a.40.2'

/** ftyp + moov, without an edit list: the track starts at its first sample. */
export function aacInit(track: AacTrack): { bytes: Buffer; parameterSetsSha256: string } {
  const config = audioSpecificConfig(track.sampleRate, track.channels)
  const mvhd = fullBox('mvhd', 0, 0, u32(0, 0, track.sampleRate, 0, 0x10000), u16(0x100, 0), u32(0, 0), unityMatrix, u32(0, 0, 0, 0, 0, 0), u32(2))
  const tkhd = fullBox('tkhd', 0, 7, u32(0, 0, 1, 0, 0), u32(0, 0), u16(0, 0, 0x100, 0), unityMatrix, u32(0, 0))
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, track.sampleRate, 0), u16(packedLanguage(track.language), 0))
  const hdlr = fullBox('hdlr', 0, 0, u32(0), ascii('soun'), u32(0, 0, 0), ascii('Sound\0'))
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const esds = fullBox('esds', 0, 0, esDescriptor(config, track.bitsPerSecond))
  const mp4a = box('mp4a', u32(0), u16(0, 1), u32(0, 0), u16(track.channels, 16, 0, 0), u32(track.sampleRate * 0x10000), esds)
  const empty = [fullBox('stts', 0, 0, u32(0)), fullBox('stsc', 0, 0, u32(0)), fullBox('stsz', 0, 0, u32(0, 0)), fullBox('stco', 0, 0, u32(0))]
  const stbl = box('stbl', fullBox('stsd', 0, 0, u32(1), mp4a), ...empty)
  const minf = box('minf', fullBox('smhd', 0, 0, u32(0)), dinf, stbl)
  const trak = box('trak', tkhd, box('mdia', mdhd, hdlr, minf))
  const mvex = box('mvex', fullBox('trex', 0, 0, u32(1, 1, samplesPerFrame, 0, independentSample)))
  const bytes = Buffer.concat([cmafFileType(), box('moov', mvhd, trak, mvex)])
  return { bytes, parameterSetsSha256: createHash('sha256').update(config).digest('hex') }
}

/** sample_depends_on = 2: every frame stands alone. */
const independentSample = 0x02000000

/** moof + mdat of consecutive frames. `sequence` counts from 1. */
export function aacFragment(frames: readonly Uint8Array[], decodeTime: number, sequence: number): Buffer {
  const moofWith = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        // default-base-is-moof; duration and flags of every sample
        fullBox('tfhd', 0, 0x020028, u32(1, samplesPerFrame, independentSample)),
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        // data offset, and sizes
        fullBox('trun', 0, 0x000201, u32(frames.length, dataOffset, ...frames.map((frame) => frame.length))),
      ),
    )
  const moof = moofWith(moofWith(0).length + 8)
  return Buffer.concat([moof, box('mdat', ...frames)])
}

/** ISO/IEC 14496-1 §7.2.6.5, with one-byte lengths: everything here is short. */
function esDescriptor(config: Buffer, bitsPerSecond: number): Buffer {
  const descriptor = (tag: number, ...content: Buffer[]) => {
    const body = Buffer.concat(content)
    return Buffer.concat([u8(tag, body.length), body])
  }
  const specific = descriptor(5, config)
  // objectTypeIndication 0x40 (MPEG-4 audio), streamType 5 (audio), buffer 6144 bits a channel
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0x06, 0), u32(bitsPerSecond, bitsPerSecond), specific)
  return descriptor(3, u16(1), u8(0), decoder, descriptor(6, u8(2)))
}

/** ISO 639-2/T packed in 15 bits; a two-letter or longer tag is `und` here (manifests carry the full tag). */
function packedLanguage(language: string): number {
  const code = /^[a-z]{3}$/.test(language) ? language : 'und'
  return [...code].reduce((packed, letter) => packed * 32 + letter.charCodeAt(0) - 0x60, 0)
}
