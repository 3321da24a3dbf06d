/** Takes Opus frames (RFC 6716) out of an Ogg stream (RFC 3533, RFC 7845), and tells what they are. */

/** The stream is not the Opus that was asked for. */
export class BadOgg extends Error {
  override name = 'BadOgg'
}

/** By which libopus is late at 48 kHz, for music (6.5 ms). What it made says whether that is so. */
export const opusDelaySamples = 312

/** Behind the header and the comments. */
const firstFrame = 2

/** The frames, in order. Throws BadOgg, also where the encoder is late by another time than spans are cut for. */
export function opusFrames(stream: Buffer, { channels }: { channels: number }): Buffer[] {
  const packets = oggPackets(stream)
  const head = packets[0]
  if (!head || head.length < 19 || head.toString('latin1', 0, 8) !== 'OpusHead') throw new BadOgg('no Opus')
  const [madeChannels, delaySamples] = [head[9]!, head.readUInt16LE(10)]
  if (madeChannels !== channels || delaySamples !== opusDelaySamples) throw new BadOgg(`Opus of ${madeChannels} channels that is ${delaySamples} samples late`)
  return packets.slice(firstFrame)
}

/** Of one logical stream; a packet goes on behind a lacing value of 255, also on the next page. */
function oggPackets(stream: Buffer): Buffer[] {
  const packets: Buffer[] = []
  let pieces: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    if (at + 27 > stream.length || stream.toString('latin1', at, at + 4) !== 'OggS') throw new BadOgg('no Ogg page')
    const lacing = stream.subarray(at + 27, at + 27 + stream[at + 26]!)
    at += 27 + lacing.length
    for (const size of lacing) {
      if (at + size > stream.length) throw new BadOgg('an Ogg page cut short')
      pieces.push(stream.subarray(at, at + size))
      at += size
      if (size === 255) continue
      packets.push(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))
      pieces = []
    }
  }
  if (pieces.length > 0) throw new BadOgg('a packet cut short')
  return packets
}

/** RFC 6716 table 2: the configurations of 20 ms. */
const isTwentyMs = (config: number): boolean => (config < 12 ? config % 4 === 1 : config < 16 ? config % 2 === 1 : config % 4 === 3)

/** One frame of 20 ms in the packet; of a mono track never two channels (of a stereo one either). */
export function isOpusFrame(packet: Buffer, channels: number): boolean {
  const toc = packet[0]!
  const [config, isStereo, count] = [toc >>> 3, (toc & 4) !== 0, toc & 3]
  return isTwentyMs(config) && count === 0 && (channels === 2 || !isStereo)
}
