/** What does Opus take beside AAC, in bytes and in processor time, and is there a seam where its pieces meet? */
import { execFileSync } from 'node:child_process'
import { segmentCount } from '../../packages/server/src/domain/grid.ts'
import type { AudioCodec } from '../../packages/server/src/domain/plan.ts'
import { openRangeServer } from '../../packages/server/test/fixtures/range-server.ts'
import { planOf } from '../../packages/server/test/media/encode-clip.ts'
import { decodeTrack, distanceDb, encodeMixed, encodeTrack, soundAs, soundCodecNames, type Track } from '../../packages/server/test/media/encode-track.ts'
import { endedChildrenSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { loopedTo } from '../stage/sources.ts'

const seconds = 240
/** Around a border. */
const nearSamples = 960

export const question: Question = {
  name: 'sound',
  question: 'Sound: Opus beside AAC',
  method:
    'Four minutes of a montage, the stereo track encoded as one part, as in bulk; user + system time of ffmpeg for an hour of it. Then its first minute from pieces of one and of two ' +
    'segments, each by an encoder of its own: at every border the power of the error against the decoded source within 20 ms, of that of one pass: 1 means no seam. The worst border counts.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = loopedTo(seconds, folder)
    const minute = loopedTo(60, folder)
    const server = await openRangeServer()
    try {
      const { plan } = await planOf(server.urlOf(path), path)
      const tracks = new Map(soundCodecNames.map((codec) => [codec, { plan, url: server.urlOf(path), rendition: soundAs(codec, plan).rendition }]))
      const bytes = new Map<AudioCodec, number>()
      const encode = async (codec: AudioCodec): Promise<number> => {
        const before = endedChildrenSeconds()
        const made = await encodeTrack(tracks.get(codec)!)
        bytes.set(codec, made.reduce((sum, { bytes }) => sum + bytes.length, 0))
        return ((endedChildrenSeconds() - before) * 3600) / seconds
      }
      const time = await interleave([{ name: 'Opus', sample: () => encode('opus') }, { name: 'AAC', sample: () => encode('aac') }], rounds, say)
      const rate = (codec: AudioCodec) => [(bytes.get(codec)! * 8) / seconds / 1000]
      const worst = { opus: await worstBorder(server.urlOf(minute), minute, folder, 'opus'), aac: await worstBorder(server.urlOf(minute), minute, folder, 'aac') }
      return [
        { title: 'Processor time for an hour of sound', unit: 'CPU s', better: 'lower', rows: time },
        { title: 'Rate of that sound', unit: 'kb/s', better: 'lower', rows: [{ name: 'Opus', samples: rate('opus') }, { name: 'AAC', samples: rate('aac') }] },
        { title: 'Error at the worst border, of that of one pass', unit: '×', better: 'lower', rows: [{ name: 'Opus', samples: [worst.opus] }, { name: 'AAC', samples: [worst.aac] }] },
      ]
    } finally {
      await server.close()
    }
  },
}

async function worstBorder(url: string, path: string, folder: string, codec: AudioCodec): Promise<number> {
  const { plan } = await planOf(url, path)
  const { rendition, init } = soundAs(codec, plan)
  const track: Track = { plan, url, rendition }
  const source = decodeSource(path, rendition.channels)
  const [whole, mixed] = [decodeTrack(folder, init, await encodeTrack(track)), decodeTrack(folder, init, await encodeMixed(track))]
  const { segmentFrames, frameTicks, frames } = rendition.grid
  const length = Math.min(source.length, whole.length)
  if (distanceDb(source.subarray(0, length), whole.subarray(0, length)) > -6) throw new Error('the source does not lie where its encode does')
  let worst = -Infinity
  for (let number = 1; number < segmentCount(rendition.grid, 'audio'); number++) {
    const border = number * segmentFrames * frameTicks
    if (border + nearSamples > frames * frameTicks || border + nearSamples > source.length / rendition.channels) break
    const near = (samples: Float32Array) => samples.subarray((border - nearSamples) * rendition.channels, (border + nearSamples) * rendition.channels)
    worst = Math.max(worst, distanceDb(near(source), near(mixed)) - distanceDb(near(source), near(whole)))
  }
  return 10 ** (worst / 10)
}

function decodeSource(path: string, channels: number): Float32Array {
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, '-map', '0:a:0', '-ac', String(channels), '-ar', '48000', '-f', 'f32le', '-'], { maxBuffer: 2 ** 30 })
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}
