/** A media room without ffmpeg: every attempt makes other bytes, as real encodes do. Faults are set by the test. */
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkSegments, segmentAt, segmentCount } from '../../src/domain/grid.ts'
import type { MediaRoom } from '../../src/encode/media-room.ts'
import type { Inspection } from '../../src/media/inspection.ts'
import type { SourceTexts } from '../../src/media/read-texts.ts'
import type { SpanOptions } from '../../src/media/encode-span.ts'

export type FakeRoom = MediaRoom & {
  /** What was asked for, in order: `inspect`, `span 0-2 h264-240p normal`, `audio aac-1`, `poster`. */
  calls: string[]
  /** Called before each piece of work; what it throws, the work throws. */
  before: (call: string, options: { signal?: AbortSignal }) => Promise<void> | void
  /** What the source has in words. */
  texts: SourceTexts
  /** What inspection answers. */
  inspection: Inspection
  /** How far the picture can be decoded. */
  decodableFrames: number
  /** Of a segment of sound. */
  soundBytes: (renditionId: string) => number
  /** What it says before it looked. */
  guess?: Inspection
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function openFakeRoom(seconds: number, changes: Partial<Inspection> = {}): FakeRoom {
  const room: FakeRoom = {
    calls: [],
    before: () => {},
    texts: { chapters: [], texts: [], pictureSubtitles: 0 },
    inspection: inspectionOf(seconds, changes),
    decodableFrames: Infinity,
    soundBytes: (id) => (id.startsWith('opus') ? 6 : 12),
    encoderBuild: async () => 'fake',
    canEncode: async () => true,
    async inspectSource(_url, options) {
      if (room.guess) options.onGuess?.(structuredClone(room.guess))
      await enter('inspect', options)
      return structuredClone(room.inspection)
    },
    async makeSeekable(options) {
      await enter('copy', options)
      await writeFile(options.path, 'seekable')
    },
    async makeInits(draft) {
      const ids = [...(draft.video?.renditions ?? []), ...draft.audio].map(({ id }) => id)
      return new Map(ids.map((id) => [id, { bytes: Buffer.from(`init ${id}`), codecs: id.startsWith('aac') ? 'mp4a.40.2' : id.startsWith('opus') ? 'Opus' : 'avc1.64001f', parameterSetsSha256: sha256(Buffer.from(id)) }]))
    },
    async sampleQuality() {
      return new Map()
    },
    async sampleCodec({ renditions }) {
      return new Map(renditions.map(({ id }) => [id, 0.98]))
    },
    async compareQuality({ encoded }) {
      return new Map(encoded.map(({ rendition }) => [rendition.id, 0.98]))
    },
    async encodeVideoSpan(options) {
      await enter(`span ${options.from}-${options.to} ${options.renditionIds.join('+')} ${options.mode}`, options)
      assertWithinChunk(options)
      return Promise.all(options.renditionIds.map((id) => makeSpan(id, options)))
    },
    async encodeAudioSpan({ rendition, from, to, ...options }) {
      await enter(`audio ${rendition.id} ${from}-${to} ${options.mode}`, options)
      return Array.from({ length: to - from }, (_, index) => {
        const bytes = Buffer.concat([Buffer.from(`${rendition.id} ${from + index} `), randomBytes(room.soundBytes(rendition.id))])
        return { number: from + index, bytes, sha256: sha256(bytes) }
      })
    },
    async decodedFrames({ plan, to }) {
      const last = segmentAt(plan.video!.grid, 'video', to - 1)!
      return Math.min(room.decodableFrames, last.startFrame + last.frames)
    },
    async measureLoudness(options) {
      await enter('loudness', options)
      return { integratedLufs: -9.5, truePeakDbtp: -0.4 }
    },
    async makePoster(options) {
      await enter('poster', options)
      return Buffer.from('jpeg')
    },
    async makePosterCandidates(options) {
      await enter('posters', options)
      return [3, 6].map((atSeconds) => ({ atSeconds, picture: Buffer.from(`jpeg at ${atSeconds}`) }))
    },
    async readTexts(options) {
      await enter('texts', options)
      return structuredClone(room.texts)
    },
    async transcribe(options) {
      await enter('transcribe', options)
      return []
    },
    async makeStoryboard(options) {
      await enter('storyboard', options)
      const path = join(options.directory, '0.jpg')
      await writeFile(path, 'sheet')
      return { sheets: [path], tileCount: (await readFile(options.path, 'latin1')).match(/h264-\d+p \d+ /g)!.length }
    },
  }
  async function enter(call: string, options: { signal?: AbortSignal }): Promise<void> {
    room.calls.push(call)
    await room.before(call, options)
    options.signal?.throwIfAborted()
  }
  return room
}

async function makeSpan(renditionId: string, { from, to, workDir }: SpanOptions) {
  const path = join(workDir, `${renditionId}.m4s`)
  // An offset before the first segment, as where a file starts with something else.
  let offset = 5
  const pieces = [Buffer.from('-----')]
  const segments = []
  for (let number = from; number < to; number++) {
    const bytes = Buffer.concat([Buffer.from(`${renditionId} ${number} `), randomBytes(8)])
    segments.push({ number, bytes: { path, offset, length: bytes.length }, sha256: sha256(bytes) })
    pieces.push(bytes)
    offset += bytes.length
  }
  await writeFile(path, Buffer.concat(pieces))
  return { renditionId, segments }
}

function assertWithinChunk({ plan, from, to }: SpanOptions): void {
  const { grid } = plan.video!
  const chunk = Math.floor(from / grid.segmentsPerChunk)
  const bounds = chunkSegments(grid, 'video', chunk)
  if (from < bounds.from || to > bounds.to || from >= to) throw new Error(`span ${from}-${to} is not within chunk ${chunk}`)
}

function inspectionOf(seconds: number, changes: Partial<Inspection>): Inspection {
  return {
    container: 'mov,mp4,m4a,3gp,3g2,mj2',
    originSeconds: 0,
    formatStartSeconds: 0,
    seekable: true,
    durationSeconds: seconds,
    video: {
      streamIndex: 0,
      codec: 'h264',
      startSeconds: 0,
      endSeconds: seconds,
      codedWidth: 640,
      codedHeight: 360,
      width: 640,
      height: 360,
      rotationDegrees: 0,
      rate: { num: 25, den: 1 },
      isVariableRate: false,
      interlaced: false,
      transfer: 'sdr',
      matrix: 'bt709',
      fullRange: false,
      pixelFormat: 'yuv420p',
    },
    audio: [
      { streamIndex: 1, codec: 'aac', channels: 2, sampleRate: 48_000, language: 'en', title: '', isDefault: true, startSeconds: 0, endSeconds: seconds },
    ],
    warnings: [],
    ...changes,
  }
}
