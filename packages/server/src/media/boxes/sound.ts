/** Sound in MP4: a track's init segment around its codec's sample entry, and fragments written from codec frames. */
import { ascii, box, cmafFileType, fullBox, u16, u32, u64 } from './write.ts'

export type SoundTrack = {
  sampleRate: number
  language: string
  /** Samples of a frame. */
  frameSamples: number
  sampleEntry: Buffer
  /** Frames that a decoder must have heard before what it gives is right; 0 when absent. */
  rollFrames?: number
}

const unityMatrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
/** sample_depends_on = 2: every frame is a sync sample. */
const independentSample = 0x02000000

/** AudioSampleEntry (ISO/IEC 14496-12 §12.2.3) with its codec's own box. */
export const soundEntry = (type: string, { channels, sampleRate }: { channels: number; sampleRate: number }, specific: Buffer): Buffer =>
  box(type, u32(0), u16(0, 1), u32(0, 0), u16(channels, 16, 0, 0), u32(sampleRate * 0x10000), specific)

/** ftyp + moov, without an edit list: the track starts at its first sample. */
export function soundInit(track: SoundTrack): Buffer {
  const mvhd = fullBox('mvhd', 0, 0, u32(0, 0, track.sampleRate, 0, 0x10000), u16(0x100, 0), u32(0, 0), unityMatrix, u32(0, 0, 0, 0, 0, 0), u32(2))
  const tkhd = fullBox('tkhd', 0, 7, u32(0, 0, 1, 0, 0), u32(0, 0), u16(0, 0, 0x100, 0), unityMatrix, u32(0, 0))
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, track.sampleRate, 0), u16(packedLanguage(track.language), 0))
  const hdlr = fullBox('hdlr', 0, 0, u32(0), ascii('soun'), u32(0, 0, 0), ascii('Sound\0'))
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const empty = [fullBox('stts', 0, 0, u32(0)), fullBox('stsc', 0, 0, u32(0)), fullBox('stsz', 0, 0, u32(0, 0)), fullBox('stco', 0, 0, u32(0))]
  const roll = track.rollFrames ? [rollDescription(track.rollFrames), rollGroup(0)] : []
  const stbl = box('stbl', fullBox('stsd', 0, 0, u32(1), track.sampleEntry), ...empty, ...roll)
  const minf = box('minf', fullBox('smhd', 0, 0, u32(0)), dinf, stbl)
  const trak = box('trak', tkhd, box('mdia', mdhd, hdlr, minf))
  const mvex = box('mvex', fullBox('trex', 0, 0, u32(1, 1, track.frameSamples, 0, independentSample)))
  return Buffer.concat([cmafFileType(), box('moov', mvhd, trak, mvex)])
}

export type FragmentPlace = {
  decodeTime: number
  /** From 1. */
  sequence: number
}

/** moof + mdat of consecutive frames. */
export function soundFragment(frames: readonly Uint8Array[], { frameSamples, rollFrames }: Pick<SoundTrack, 'frameSamples' | 'rollFrames'>, { decodeTime, sequence }: FragmentPlace): Buffer {
  const moofWith = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        // default-base-is-moof; duration and flags of every sample
        fullBox('tfhd', 0, 0x020028, u32(1, frameSamples, independentSample)),
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        // data offset, and sizes
        fullBox('trun', 0, 0x000201, u32(frames.length, dataOffset, ...frames.map((frame) => frame.length))),
        ...(rollFrames ? [rollGroup(frames.length)] : []),
      ),
    )
  const moof = moofWith(moofWith(0).length + 8)
  return Buffer.concat([moof, box('mdat', ...frames)])
}

/** AudioRollRecoveryEntry (ISO/IEC 14496-12 §10.1): right from so many frames on. */
const rollDescription = (frames: number): Buffer => fullBox('sgpd', 1, 0, ascii('roll'), u32(2, 1), u16(0x10000 - frames))
/** So many samples belong to it. */
const rollGroup = (samples: number): Buffer => fullBox('sbgp', 0, 0, ascii('roll'), samples > 0 ? u32(1, samples, 1) : u32(0))

/** ISO 639-2/T packed in 15 bits; a two-letter or longer tag is `und` here (manifests carry the full tag). */
function packedLanguage(language: string): number {
  const code = /^[a-z]{3}$/.test(language) ? language : 'und'
  return [...code].reduce((packed, letter) => packed * 32 + letter.charCodeAt(0) - 0x60, 0)
}
