/** What differs between the codecs of pictures in MP4: the sample entry, its configuration and what a decoder can start with. */
import type { VideoCodec } from '../domain/plan.ts'
import { av1CodecString, av1ConfigurationOf, isKeyTemporalUnit } from './boxes/av1.ts'
import { avcCodecString, firstEntry, isIdrSample, readAvcConfiguration } from './boxes/avc.ts'
import { BadBoxes } from './boxes/read.ts'

type CodecInMp4 = {
  /** The decoder configuration of an init segment: equal bytes mean that one init segment serves. Throws BadBoxes. */
  configuration(init: Buffer): Buffer
  /** RFC 6381. */
  codecString(configuration: Buffer): string
  /** What the first sample of a segment must be. */
  keySample: string
  isKeySample(sample: Buffer): boolean
}

/** NAL units have lengths of four bytes, as ffmpeg writes them. */
const lengthBytes = 4

export const codecsInMp4: Record<VideoCodec, CodecInMp4> = {
  h264: {
    configuration: (init) => readAvcConfiguration(init).bytes,
    codecString: avcCodecString,
    keySample: 'an IDR picture',
    isKeySample: (sample) => isIdrSample(sample, lengthBytes),
  },
  av1: {
    configuration(init) {
      const entry = firstEntry(init)
      if (entry.type !== 'av01') throw new BadBoxes(`the sample entry is ${entry.type}`)
      return av1ConfigurationOf(init, entry)
    },
    codecString: av1CodecString,
    keySample: 'a key frame',
    isKeySample: isKeyTemporalUnit,
  },
}
