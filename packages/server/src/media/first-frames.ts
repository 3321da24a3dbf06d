/** The first frames of a source, decoded: what can't be decoded is not kept, and what can shows what it really is. */
import type { SteadyPackets } from '../domain/plan.ts'
import { decodeFrames, type ProbeContext, type ProbedFrame, type ProbedStream } from './probe.ts'
import { MediaRefused, ranOutOfMemory, refusalOf } from './refuse.ts'
import { MediaRunError } from './run.ts'
import { steadyPackets } from './steady-packets.ts'

export type Decodable = { stream: ProbedStream; frames: ProbedFrame[] }
export type DecodableAudio = ProbedStream & { packets?: SteadyPackets }

export type FirstFramesQuery = {
  /** All of the file; then the candidates among them, of which the first picture that decodes is kept, and all sound. */
  streams: ProbedStream[]
  videos: ProbedStream[]
  audio: ProbedStream[]
  /** What ffprobe said of the file before. */
  said: string
  startSeconds: number
  claimedSeconds?: number
}

/** Enough for the order of pictures and fields to show; and for packets of one length to be told from others. */
const picturePackets = 14
const soundPackets = 40
/** Of a picture and a sound track together: their own numbers, as most files lay them, and some on top. */
const bothPackets = 54
const leastPictures = 6
const leastSounds = 12

/** Throws MediaRefused where there are pictures and none decodes; MediaRunError where the source can't be reached. */
export async function decodeFirst(context: ProbeContext, query: FirstFramesQuery): Promise<{ video?: Decodable; audio: DecodableAudio[] }> {
  const both = await decodeBoth(context, query)
  if (both) return both
  const { videos, audio, said, startSeconds, claimedSeconds } = query
  const [video, sounds] = await Promise.all([firstDecodable(context, videos, said, startSeconds, claimedSeconds), decodableAudio(context, audio)])
  return { video, audio: sounds }
}

/** Of the plain file, one picture and one sound track, in one run: starting a tool costs as much as this. Undefined where that doesn't tell. */
async function decodeBoth(context: ProbeContext, { streams, videos: [picture], audio: [sound] }: FirstFramesQuery) {
  if (streams.length !== 2 || !picture || !sound) return undefined
  const frames = await decodeFrames(context, streams, bothPackets).then((answer) => answer.frames, () => [])
  const pictures = picturesOf(frames.filter((frame) => frame.stream_index === picture.index))
  const sounds = frames.filter((frame) => frame.stream_index === sound.index)
  if (pictures.length < leastPictures || sounds.length < leastSounds) return undefined
  return { video: { stream: picture, frames: pictures }, audio: [{ ...sound, packets: steadyPackets(sounds, Number(sound.sample_rate)) }] }
}

const picturesOf = (frames: ProbedFrame[]) => frames.filter((frame) => (frame.width ?? 0) > 0 && (frame.height ?? 0) > 0)

/** The first of the picture streams of which a frame can be decoded, at the start or later on. Undefined where there is none at all. */
async function firstDecodable(context: ProbeContext, candidates: ProbedStream[], said: string, start: number, claimed = 0): Promise<Decodable | undefined> {
  let heard = said
  for (const stream of candidates) {
    // A few pictures, then as much as a long GOP that was cut at its start holds, then a place further on.
    for (const [packets, from] of [[picturePackets], [600], [300, start + claimed / 2]] as const) {
      if (packets === 300 && claimed < 20) continue
      try {
        const { frames, warnings } = await decodeFrames(context, stream, packets, from)
        heard += warnings
        const good = picturesOf(frames)
        if (good.length > 0) return { stream, frames: good }
      } catch (error) {
        const refusal = refusalOf(error)
        if (!(error instanceof MediaRunError) || !refusal) throw error
        if (error.reason !== 'exit') throw refusal
        heard += error.stderrTail
      }
    }
  }
  if (candidates.length === 0) return undefined
  if (ranOutOfMemory(heard)) throw new MediaRefused('limits', 'Its picture takes more memory than one of its size may.')
  if (/exceeds specified max pixel count/i.test(heard)) throw new MediaRefused('limits', 'Its picture is too large.')
  if (/Decoder .*not found|no decoder|Unsupported codec/i.test(heard)) throw new MediaRefused('unsupported', `Its picture is in ${candidates[0]!.codec_name ?? 'an unknown format'}.`)
  throw new MediaRefused('damaged')
}

/** Those of which sound can be decoded. */
async function decodableAudio(context: ProbeContext, candidates: ProbedStream[]): Promise<DecodableAudio[]> {
  const good: DecodableAudio[] = []
  for (const stream of candidates) {
    // An edit list may cut the first seconds away: then more.
    for (const packets of [soundPackets, 1000]) {
      try {
        const { frames } = await decodeFrames(context, stream, packets)
        if (frames.length === 0) continue
        good.push({ ...stream, packets: steadyPackets(frames, Number(stream.sample_rate)) })
      } catch (error) {
        if (!refusalOf(error)) throw error
      }
      break
    }
  }
  return good
}
