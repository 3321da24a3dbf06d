/** Cuts an ADTS stream (ISO/IEC 13818-7 §6.2) into raw AAC frames. */
import { audioSpecificConfig } from './boxes/aac.ts'

/** The stream is not the AAC that was asked for. */
export class BadAdts extends Error {
  override name = 'BadAdts'
}

/** The frames without their headers, which must say what the init segment says. Throws BadAdts, also for a frame cut short. */
export function adtsFrames(stream: Buffer, expected: { sampleRate: number; channels: number }): Buffer[] {
  const config = audioSpecificConfig(expected.sampleRate, expected.channels).readUInt16BE(0)
  const frames: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const header = stream.subarray(at, at + 7)
    if (header.length < 7 || header.readUInt16BE(0) >>> 4 !== 0xfff) throw new BadAdts('no ADTS sync word')
    const headerBytes = header[1]! & 1 ? 7 : 9
    const frameBytes = ((header[3]! & 3) << 11) | (header[4]! << 3) | (header[5]! >>> 5)
    if (frameBytes <= headerBytes) throw new BadAdts('an empty ADTS frame')
    if (at + frameBytes > stream.length) throw new BadAdts('an ADTS frame cut short')
    if (configOf(header) !== config) throw new BadAdts('not the sound that the init segment describes')
    frames.push(stream.subarray(at + headerBytes, at + frameBytes))
    at += frameBytes
  }
  return frames
}

/** Object type, rate and channels of a header, as an AudioSpecificConfig says them. */
function configOf(header: Buffer): number {
  const objectType = (header[2]! >>> 6) + 1
  const rateIndex = (header[2]! >>> 2) & 15
  const channels = ((header[2]! & 1) << 2) | (header[3]! >>> 6)
  return (objectType << 11) | (rateIndex << 7) | (channels << 3)
}
