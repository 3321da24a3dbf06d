/** Encodes a file as encoders do (chunk by chunk, and single segments as for a waiting viewer) and compares with a whole-file pass. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { segmentAt, segmentCount } from '../../src/domain/grid.ts'
import type { Plan, VideoRendition } from '../../src/domain/plan.ts'
import { draftPlan, finishPlan } from '../../src/encode/plan/make-plan.ts'
import type { SpanResult } from '../../src/media/encode-span.ts'
import { makeInits } from '../../src/media/init.ts'
import { inspectSource } from '../../src/media/inspect.ts'
import { pictureFilters } from '../../src/media/picture-filters.ts'
import { decoderArgs } from '../../src/media/limits.ts'
import { makeSeekable, NotSeekable } from '../../src/media/make-seekable.ts'
import { MediaRefused } from '../../src/media/refuse.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { taggedPicture } from '../../src/media/video-settings.ts'
import { decode, distance, encodeSpan, tools } from './encode-clip.ts'

export type Exactness = {
  /** `plays`, `sound only`, or the code it was refused with. */
  outcome: string
  warnings: string[]
  /** Grid frames, frames of the whole-file pass at the same rate, and the modes that chunks needed. */
  frames: number
  wholeFrames: number
  modes: string[]
  /** What is not exact, in words; empty is good. */
  faults: string[]
}

const side = 64
const roomyCap = 6
const leastPsnr = 30
/** Where the picture moves less than this between frames (mean difference of 256 levels), neighbours can't be told apart. */
const stillDistance = 2
/** The container's last frame length is rounded, and `fps` rounds the end once more. */
const endFrames = 2

/** `urlOf` serves a file. `workDir` is the caller's to remove. */
export async function checkExactness(urlOf: (path: string) => string, original: string, workDir: string): Promise<Exactness> {
  const result: Exactness = { outcome: 'plays', warnings: [], frames: 0, wholeFrames: 0, modes: [], faults: [] }
  try {
    const { path, inspection } = await inspectAsEncodersDo(urlOf, original, workDir)
    const url = urlOf(path)
    if (path !== original) result.faults.push(...lostPackets(original, path))
    result.warnings = inspection.warnings.map(({ code }) => code)
    const draft = draftPlan(inspection, { videoId: 'v', revision: 'r', source: { key: 'k', sizeBytes: 1 }, preset: 'ultrafast', encoderBuild: 'test', now: 0 })
    // Blurred pictures are hard to tell apart: what is asked here is which ones they are.
    for (const rendition of draft.video?.renditions ?? []) rendition.capBitsPerSecond *= roomyCap
    const inits = await makeInits(tools, draft)
    const plan = finishPlan(draft, inits)
    if (!plan.video) return { ...result, outcome: 'sound only' }
    await checkPictures({ plan, url, path, workDir, inits: new Map([...inits].map(([id, { bytes }]) => [id, bytes])) }, result)
  } catch (error) {
    if (error instanceof MediaRefused) result.outcome = error.code
    else result.faults.push(String(error))
  }
  return result
}

/** Of the source, or of its copy where it can't be sought in. */
async function inspectAsEncodersDo(urlOf: (path: string) => string, original: string, workDir: string) {
  const look = (path: string, mustSeek: boolean, claimedSeconds?: number) =>
    inspectSource(tools, urlOf(path), { sizeBytes: statSync(path).size, maxDurationSeconds: 7200, mustSeek, claimedSeconds })
  try {
    return { path: original, inspection: await look(original, true) }
  } catch (error) {
    if (!(error instanceof NotSeekable)) throw error
    const path = join(workDir, 'seekable.mkv')
    try {
      await makeSeekable(tools, { url: urlOf(original), path, sizeBytes: statSync(original).size })
    } catch (failure) {
      if (!(failure instanceof MediaRunError)) throw failure
      return { path: original, inspection: await look(original, false) }
    }
    return { path, inspection: await look(path, false, error.claimedSeconds) }
  }
}

/** A copy leaves out at most what comes before the first key frame. */
function lostPackets(original: string, copy: string): string[] {
  const [had, has] = [original, copy].map((path) => {
    const flags = execFileSync('ffprobe', ['-v', 'fatal', '-select_streams', 'V:0', '-show_entries', 'packet=flags', '-of', 'csv=p=0', path], { maxBuffer: 2 ** 28 })
    const packets = flags.toString().split('\n').filter((line) => /^[K_]/.test(line))
    return packets.length - Math.max(0, packets.findIndex((each) => each.startsWith('K')))
  })
  return has! < had! ? [`the copy has ${has} of ${had} packets`] : []
}

type Case = { plan: Plan; url: string; path: string; workDir: string; inits: Map<string, Buffer> }

async function checkPictures(one: Case, result: Exactness): Promise<void> {
  const { grid } = one.plan.video!
  const renditions = lowestAndOneHigher(one.plan)
  const renditionIds = renditions.map(({ id }) => id)
  const count = segmentCount(grid, 'video')
  const bodies = new Map<string, Buffer[]>(renditionIds.map((id) => [id, []]))
  for (let from = 0; from < count; from += grid.segmentsPerChunk) {
    const { mode, results } = await encodeSpan({ ...one, renditionIds, from, to: Math.min(count, from + grid.segmentsPerChunk) })
    result.modes.push(mode)
    for (const each of results) bodies.get(each.renditionId)!.push(...bytesOf(each))
  }
  const whole = wholePass(one)
  const perGridFrame = renditions.reduce((most, { framesPerGridFrame }) => Math.max(most, framesPerGridFrame), 1)
  result.frames = grid.frames
  result.wholeFrames = Math.round(whole.length / perGridFrame)
  const sourceFrames = one.plan.video!.source.sourceFrames! / perGridFrame
  if (Math.abs(result.wholeFrames - sourceFrames) > endFrames) result.faults.push(`the plan counts ${sourceFrames} frames of the source, a whole pass ${result.wholeFrames}`)
  for (const rendition of renditions) {
    const file = join(one.workDir, `${rendition.id}.all.mp4`)
    writeFileSync(file, Buffer.concat([one.inits.get(rendition.id)!, ...bodies.get(rendition.id)!]))
    result.faults.push(...decodedFaults(one.plan, rendition, file))
    const made = thumbnails(['-i', file], [])
    const wanted = whole.filter((_, n) => n % (perGridFrame / rendition.framesPerGridFrame) === 0)
    result.faults.push(...pictureFaults(rendition.id, made, wanted))
    if (rendition === renditions[0]) result.faults.push(...(await singleSegmentFaults(one, rendition, made, count)))
  }
}

/** The second: the largest of at most 720 lines, so that a 60 fps source is also seen at its full rate. */
function lowestAndOneHigher(plan: Plan): VideoRendition[] {
  const [lowest, ...higher] = plan.video!.renditions
  const other = higher.filter(({ width, height }) => Math.min(width, height) <= 720).at(-1) ?? higher[0]
  return other ? [lowest!, other] : [lowest!]
}

const bytesOf = ({ segments }: SpanResult): Buffer[] =>
  segments.map(({ bytes }) => readFileSync(bytes.path).subarray(bytes.offset, bytes.offset + bytes.length))

/** Every frame of the source at the plan's highest rate, from one sequential read without a seek. */
function wholePass({ plan, path }: Case): Buffer[] {
  const { source, renditions } = plan.video!
  const fastest = renditions.reduce((best, one) => (one.framesPerGridFrame > best.framesPerGridFrame ? one : best))
  return thumbnails(
    ['-copyts', '-itsoffset', (-source.originSeconds).toFixed(6), '-reinit_filter', '0', ...decoderArgs(source), '-i', path],
    [
      ...(source.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
      `fps=${fastest.rate.num}/${fastest.rate.den}:round=near:start_time=0`, ...pictureFilters(source, renditions[0]!), taggedPicture,
    ],
    `0:${source.streamIndex}`,
  )
}

/** Every frame as a small grey picture. */
function thumbnails(inputArgs: string[], filters: string[], stream = '0:0'): Buffer[] {
  const graph = `[${stream}]${[...filters, `scale=${side}:${side}:flags=area`, 'format=gray'].join(',')}[v]`
  const args = ['-v', 'fatal', '-nostdin', ...inputArgs, '-filter_complex', graph, '-map', '[v]', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-']
  const all = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })
  return Array.from({ length: all.length / side ** 2 }, (_, index) => all.subarray(index * side ** 2, (index + 1) * side ** 2))
}

function decodedFaults(plan: Plan, rendition: VideoRendition, file: string): string[] {
  const { complaints, frames } = decode(file)
  const expected = plan.video!.grid.frames * rendition.framesPerGridFrame
  const step = frames[1] ? frames[1].pts - frames[0]!.pts : 0
  return [
    ...(complaints ? [`${rendition.id}: ${complaints.trim().slice(0, 200)}`] : []),
    ...(frames.length === expected ? [] : [`${rendition.id}: ${frames.length} frames, not ${expected}`]),
    ...(frames.every(({ pts }, index) => pts === frames[0]!.pts + index * step) ? [] : [`${rendition.id}: uneven times`]),
  ]
}

function pictureFaults(name: string, made: Buffer[], whole: Buffer[]): string[] {
  const wrong: string[] = []
  for (let n = 0; n < Math.min(made.length, whole.length); n++) {
    const here = distance(made[n]!, whole[n]!)
    const neighbours = [whole[n - 1], whole[n + 1]].filter((one) => one !== undefined)
    const nearest = Math.min(...neighbours.map((one) => distance(made[n]!, one)))
    const moved = Math.min(...neighbours.map((one) => distance(whole[n]!, one)))
    const likeness = psnr(made[n]!, whole[n]!)
    // A hard picture under a low cap is blurred; it is the right one if it is far nearer than its neighbours are.
    const isRight = moved >= stillDistance ? here < nearest && (likeness >= leastPsnr || here < nearest / 1.5) : likeness >= leastPsnr
    if (!isRight) wrong.push(`${n} (${likeness.toFixed(0)} dB)`)
  }
  return wrong.length === 0 ? [] : [`${name}: ${wrong.length} of ${made.length} pictures differ from the whole pass: ${wrong.slice(0, 6).join(', ')}`]
}

/** A few segments made one by one show what the chunk shows at the same places. */
async function singleSegmentFaults(one: Case, rendition: VideoRendition, made: Buffer[], count: number): Promise<string[]> {
  const faults: string[] = []
  for (const number of new Set([1, Math.floor(count / 2), count - 2, count - 1].filter((each) => each >= 0 && each < count))) {
    const { mode, results } = await encodeSpan({ ...one, renditionIds: [rendition.id], from: number, to: number + 1 })
    const file = join(one.workDir, 'single.mp4')
    writeFileSync(file, Buffer.concat([one.inits.get(rendition.id)!, ...bytesOf(results[0]!)]))
    const pictures = thumbnails(['-i', file], [])
    const { startFrame, frames } = segmentAt(one.plan.video!.grid, 'video', number)!
    const first = startFrame * rendition.framesPerGridFrame
    if (pictures.length !== frames * rendition.framesPerGridFrame) faults.push(`segment ${number} alone: ${pictures.length} frames`)
    faults.push(...pictureFaults(`segment ${number} alone (${mode})`, pictures, made.slice(first, first + pictures.length)))
  }
  return faults
}

function psnr(a: Buffer, b: Buffer): number {
  const squares = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0) / a.length
  return squares === 0 ? 99 : 10 * Math.log10(255 ** 2 / squares)
}
