/** AAC in MP4 (ISO/IEC 14496-14): its decoder configuration and sample entry. */
import { soundEntry } from './sound.ts'
import { fullBox, u16, u32, u8 } from './write.ts'

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

export const aacEntry = (track: { sampleRate: number; channels: number; bitsPerSecond: number }): Buffer =>
  soundEntry('mp4a', track, fullBox('esds', 0, 0, esDescriptor(audioSpecificConfig(track.sampleRate, track.channels), track.bitsPerSecond)))

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
