/** A media room that only takes time: every piece of work is a run on the encoder's processors. */
import { createHash } from 'node:crypto'
import { segmentAt } from '../../packages/server/src/domain/grid.ts'
import { videoOfKey } from '../../packages/server/src/domain/keys.ts'
import type { AudioGrid, VideoGrid } from '../../packages/server/src/domain/plan.ts'
import type { MediaRoom } from '../../packages/server/src/encode/media-room.ts'
import type { Inspection } from '../../packages/server/src/media/inspection.ts'
import { MediaRunError } from '../../packages/server/src/media/run.ts'
import { sleep } from '../../packages/server/src/base/time.ts'
import type { Random } from './draws.ts'
import type { Processor } from './processor.ts'
import * as times from './task-times.ts'
import { piecesWritten } from './without-machine.ts'

/** What is known of a video before it is inspected. */
export type Film = {
  seconds: number
  /** Times the work of the measured video. */
  difficulty: number
  /** Pieces of it that were made, by rendition and number: what is made again is of no use. */
  made: Set<string>
}

export type RoomOptions = {
  processor: Processor
  /** Of each bulk task. */
  bulkCores: number
  filmOf(videoId: string): Film | undefined
  random: Random
  /** Of runs that come to a stand and are ended for it. */
  hangShare: number
}

/** Silence after which media/encode-span.ts ends a run. */
const stallSeconds = { bulk: 180, express: 60 }
const hash = createHash('sha256').update('made').digest('hex')
const sampleBytes = Buffer.alloc(20)

export function openTimedRoom({ processor, bulkCores, filmOf, random, hangShare }: RoomOptions): MediaRoom {
  type Piece = { name: string; weight: number }
  type Options = { nice?: number; signal?: AbortSignal }

  /** Rejects as the real one does when a run hangs. `pieces` are made by it, each of so much work. */
  async function run(videoId: string, { cpuSeconds, width }: times.Cost, { nice = 0, signal }: Options, pieces: Piece[] = []): Promise<void> {
    const film = filmOf(videoId)
    const hangs = random() < hangShare
    const took = await processor.run({ cpuSeconds: cpuSeconds * (film?.difficulty ?? 1) * times.drawRun(random) * (hangs ? 0.5 : 1), width, nice, signal })
    if (hangs) {
      processor.waste(took)
      await sleep((nice > 0 ? stallSeconds.bulk : stallSeconds.express) * 1000, signal)
      signal?.throwIfAborted()
      throw new MediaRunError('ffmpeg', 'stalled', null, '')
    }
    if (!film || pieces.length === 0) return
    let [known, all] = [0, 0]
    for (const { name, weight } of pieces) {
      all += weight
      if (film.made.has(name)) known += weight
      film.made.add(name)
    }
    processor.waste((took * known) / all)
  }
  const secondsOf = (grid: VideoGrid | AudioGrid, kind: 'video' | 'audio', from: number, to: number): number => {
    const last = segmentAt(grid, kind, to - 1)!
    return (last.startTicks + last.durationTicks - segmentAt(grid, kind, from)!.startTicks) / grid.timescale
  }
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)
  const once = (name: string): Piece[] => [{ name, weight: 1 }]

  return {
    encoderBuild: async () => 'simulated',
    canEncode: async () => true,
    async inspectSource(url, options) {
      const videoId = videoOfKey(url.replace('http://store/', ''))!
      const inspection = inspectionOf(filmOf(videoId)?.seconds ?? 1)
      await run(videoId, times.probe, options)
      options.onGuess?.(inspection)
      await run(videoId, times.checks, options, once('inspection'))
      return inspection
    },
    // Remembered, as of any common shape.
    async makeInits(draft) {
      const ids = [...(draft.video?.renditions ?? []), ...draft.audio].map(({ id }) => id)
      return new Map(ids.map((id) => [id, { bytes: sampleBytes, codecs: id.startsWith('h264') ? 'avc1.64001f' : id.startsWith('aac') ? 'mp4a.40.2' : 'Opus', parameterSetsSha256: hash }]))
    },
    async encodeVideoSpan({ plan, renditionIds, from, to, ...options }) {
      const { grid, renditions } = plan.video!
      const sizes = renditions.filter(({ id }) => renditionIds.includes(id))
      const isBulk = (options.nice ?? 0) > 10
      const isOpening = from === 0 && !isBulk && to <= 2
      const cost = isOpening ? times.openingPicture : times.pictures(sizes, secondsOf(grid, 'video', from, to), { isFirst: from === 0, isBulk, cores: bulkCores })
      await run(plan.videoId, cost, options, sizes.flatMap(({ id, width, height }) => numbers(from, to).map((number) => ({ name: `${id}/${number}`, weight: width * height }))))
      return renditionIds.map((renditionId) => ({
        renditionId,
        segments: numbers(from, to).map((number) => ({ number, bytes: { path: '', offset: (number - from) * 1000, length: 1000 }, sha256: hash })),
      }))
    },
    async encodeAudioSpan({ plan, rendition, from, to, ...options }) {
      const seconds = secondsOf(rendition.grid, 'audio', from, to)
      await run(plan.videoId, rendition.codec === 'opus' ? times.opus(seconds) : times.sound(seconds), options, numbers(from, to).map((number) => ({ name: `${rendition.id}/${number}`, weight: 1 })))
      const bytes = rendition.codec === 'opus' ? sampleBytes.subarray(0, 10) : sampleBytes
      return numbers(from, to).map((number) => ({ number, bytes, sha256: hash }))
    },
    async sampleQuality({ plan, ...options }) {
      await run(plan.videoId, times.samples(plan.durationSeconds), options, once('samples'))
      return new Map()
    },
    async compareQuality({ plan, from, encoded, ...options }) {
      await run(plan.videoId, times.comparison, options, encoded.map(({ rendition: { id, width, height } }) => ({ name: `${id}/${from} compared`, weight: width * height })))
      return new Map(encoded.map(({ rendition }) => [rendition.id, 0.98]))
    },
    async makePoster({ plan, ...options }) {
      await run(plan.videoId, times.poster, options, once('poster'))
      return sampleBytes
    },
    async makePosterCandidates({ plan, ...options }) {
      await run(plan.videoId, times.posterCandidates, options, once('posters'))
      return [{ atSeconds: 1, picture: sampleBytes }]
    },
    async readTexts(options) {
      await run('', times.texts, options)
      return { chapters: [], texts: [], pictureSubtitles: 0 }
    },
    async measureLoudness(options) {
      await run('', times.loudness(60), options)
      return { integratedLufs: -14, truePeakDbtp: -1 }
    },
    async makeStoryboard(options) {
      await run('', times.storyboard(60), options)
      // An init segment, and one piece for each tile.
      return { sheets: ['0'], tileCount: piecesWritten(options.path) - 1 }
    },
    sampleCodec: async () => new Map(),
    decodedFrames: async () => Infinity,
    makeSeekable: async () => {},
    transcribe: async () => [],
  }
}

/** Of the clip that the speeds were measured with, at another length. */
function inspectionOf(seconds: number): Inspection {
  return {
    container: 'mov,mp4,m4a,3gp,3g2,mj2', originSeconds: 0, formatStartSeconds: 0, seekable: true, durationSeconds: seconds, warnings: [],
    video: {
      streamIndex: 0, codec: 'h264', startSeconds: 0, endSeconds: seconds, codedWidth: 1920, codedHeight: 1080, width: 1920, height: 1080, rotationDegrees: 0,
      rate: { num: 25, den: 1 }, isVariableRate: false, interlaced: false, transfer: 'sdr', matrix: 'bt709', fullRange: false, pixelFormat: 'yuv420p',
    },
    audio: [{ streamIndex: 1, codec: 'aac', channels: 2, sampleRate: 48_000, language: 'en', title: '', isDefault: true, startSeconds: 0, endSeconds: seconds }],
  }
}
