/** What differs between the codecs of sound: how a span is cut so that it fits the rest, the encoder's words, the boxes. */
import type { AudioCodec, AudioRendition } from '../domain/plan.ts'
import { adtsFrames } from './adts.ts'
import { aacCodecString, aacEntry } from './boxes/aac.ts'
import { opusCodecString, opusEntry } from './boxes/opus.ts'
import { isOpusFrame, opusDelaySamples, opusFrames } from './opus-frames.ts'

export type SoundTraits = Pick<AudioRendition, 'channels' | 'sampleRate' | 'bitsPerSecond'>

type SoundCodec = {
  /** RFC 6381. */
  codecString: string
  /** Frames encoded before the first one kept, after which an encoder begun anew writes what fits one that heard everything. */
  runUpFrames: number
  /** At the track's start the run-up is silence; else there is none, and the frame that the encoder is late by stands for it. */
  runsUpBeforeStart: boolean
  /** The input begins so much later than a frame's own place: what is decoded from it is late by as much. */
  delaySamples: number
  /** Frames at the head of the output that belong before the first one asked for. */
  primingFrames: number
  /** Frames asked for behind the last one kept: the encoder looks that far ahead. */
  lookAheadFrames: number
  /** Further ones that come out of it: its delay, and the last one for a single sample. */
  surplusFrames: number
  /** Frames until a decoder that starts anywhere gives what it should. */
  rollFrames?: number
  encoderArgs(track: SoundTraits): string[]
  /** The frames of what those arguments made. Throws BadAdts, BadOgg. */
  framesOf(stream: Buffer, track: SoundTraits): Buffer[]
  entry(track: SoundTraits): Buffer
  /** Whether a frame has the length and channels that the init segment says. */
  isFrame(frame: Buffer, channels: number): boolean
}

/** ISO/IEC 14496-3 table 4.85: what the first element of a frame is. */
const firstElement: Record<number, number> = { 1: 0, 2: 1 }

export const soundCodecs: Record<AudioCodec, SoundCodec> = {
  aac: {
    codecString: aacCodecString,
    // 4 do (docs/decisions/0012); twice that is taken.
    runUpFrames: 8,
    runsUpBeforeStart: false,
    delaySamples: 0,
    primingFrames: 1,
    lookAheadFrames: 2,
    surplusFrames: 2,
    // Constant quality, so that no state of a rate control makes two encodes of one place differ. The fast search takes
    // -b:a × -q:a as the most that a frame may have; noise substitution goes by a generator whose state is never the same twice.
    encoderArgs: ({ bitsPerSecond }) => [
      '-c:a', 'aac', '-aac_coder', 'fast', '-q:a', '1.2', '-b:a', String(bitsPerSecond), '-aac_pns', '0', '-cutoff', '17000',
      '-flags', '+bitexact', '-threads', '1', '-map_metadata', '-1', '-f', 'adts',
    ],
    framesOf: adtsFrames,
    entry: aacEntry,
    isFrame: (frame, channels) => frame[0]! >>> 5 === firstElement[channels],
  },
  opus: {
    codecString: opusCodecString,
    // 2 s: what the encoder has heard decides its rates (docs/decisions/0028). It is never made just in time.
    runUpFrames: 100,
    runsUpBeforeStart: true,
    delaySamples: opusDelaySamples,
    primingFrames: 0,
    lookAheadFrames: 1,
    surplusFrames: 1,
    rollFrames: 4,
    encoderArgs: ({ bitsPerSecond }) => [
      '-c:a', 'libopus', '-b:a', String(bitsPerSecond), '-vbr', 'on', '-application', 'audio', '-frame_duration', '20', '-compression_level', '10',
      '-flags', '+bitexact', '-threads', '1', '-map_metadata', '-1', '-f', 'ogg',
    ],
    framesOf: opusFrames,
    entry: opusEntry,
    isFrame: isOpusFrame,
  },
}
