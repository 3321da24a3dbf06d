/** Opus in MP4 (Encapsulation of Opus in ISO Base Media File Format): its sample entry. */
import { soundEntry } from './sound.ts'
import { box, u16, u32, u8 } from './write.ts'

/** RFC 6381: the sample entry's four characters. */
export const opusCodecString = 'Opus'

/**
 * PreSkip is 0: the frames are cut so that each decodes to its own place (media/sound-codecs.ts). Players differ in whether they
 * drop those samples, shift them or do nothing, and after a seek again; with none there is nothing to differ about.
 */
export const opusEntry = (track: { sampleRate: number; channels: number }): Buffer =>
  soundEntry('Opus', track, box('dOps', u8(0, track.channels), u16(0), u32(track.sampleRate), u16(0), u8(0)))
