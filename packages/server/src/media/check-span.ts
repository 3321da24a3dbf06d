/** The checks of DESIGN §2.4 on what an encode wrote, and putting each segment at its exact place. */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { segmentAt } from '../domain/grid.ts'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { placeFragment, readFragment, type Fragment } from './boxes/fragment.ts'
import { BadBoxes, boxHeader, type Box } from './boxes/read.ts'
import { codecsInMp4 } from './codecs.ts'

export type SegmentFile = { path: string; offset: number; length: number }
export type SpanSegment = { number: number; bytes: SegmentFile; sha256: string }

/** What came out is not what the plan says. Try the next mode. */
export class SpanMismatch extends Error {
  override name = 'SpanMismatch'
}

/** A segment of 4 s under its cap is at most a few MB; a first sample even less. */
const maxSegmentBytes = 64 * 2 ** 20
const maxInitBytes = 2 ** 20

/** Checks segments [from, to) of a rendition in the file, corrects their decode times and numbers in place. Throws SpanMismatch. */
export async function checkSpan(plan: Plan, rendition: VideoRendition, path: string, from: number, to: number): Promise<SpanSegment[]> {
  const refuse = (what: string): never => {
    throw new SpanMismatch(`${rendition.id} segments ${from} to ${to - 1}: ${what}`)
  }
  const file = await open(path, 'r+')
  try {
    let at = await checkInit(file, rendition, refuse)
    const segments: SpanSegment[] = []
    for (let number = from; number < to; number++) {
      const bytes = (await readSegment(file, at)) ?? refuse(`segment ${number} is missing`)
      checkSegment(plan, rendition, bytes, number, refuse)
      await file.write(bytes, 0, bytes.length, at)
      segments.push({ number, bytes: { path, offset: at, length: bytes.length }, sha256: createHash('sha256').update(bytes).digest('hex') })
      at += bytes.length
    }
    if ((await readBytes(file, at, 8)).length > 0) refuse('there is more after the last segment')
    return segments
  } catch (error) {
    if (error instanceof BadBoxes) return refuse(error.message)
    throw error
  } finally {
    await file.close()
  }
}

/** Where the segments begin. */
async function checkInit(file: FileHandle, rendition: VideoRendition, refuse: (what: string) => never): Promise<number> {
  const head = await readBytes(file, 0, maxInitBytes)
  let at = 0
  for (let box = boxHeader(head, 0); box && box.type !== 'moof'; box = boxHeader(head, at)) at = box.end
  const configuration = codecsInMp4[rendition.codec].configuration(head.subarray(0, at))
  if (createHash('sha256').update(configuration).digest('hex') !== rendition.parameterSetsSha256) refuse('the parameter sets are not those of the init segment')
  return at
}

/** moof and mdat at `at`; undefined where the file ends before they do. */
async function readSegment(file: FileHandle, at: number): Promise<Buffer | undefined> {
  const moof = await readBoxSize(file, at)
  const mdat = moof && (await readBoxSize(file, at + moof))
  if (!moof || !mdat) return undefined
  if (moof + mdat > maxSegmentBytes) throw new BadBoxes(`a segment of ${moof + mdat} bytes`)
  const bytes = await readBytes(file, at, moof + mdat)
  return bytes.length === moof + mdat ? bytes : undefined
}

async function readBoxSize(file: FileHandle, at: number): Promise<number | undefined> {
  const header = await readBytes(file, at, 8)
  return header.length === 8 ? header.readUInt32BE(0) : undefined
}

async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}

function checkSegment(plan: Plan, rendition: VideoRendition, bytes: Buffer, number: number, refuse: (what: string) => never): void {
  const { grid } = plan.video!
  const segment = segmentAt(grid, 'video', number)!
  const [moof, mdat] = wholeBoxes(bytes)
  const fragment = readFragment(bytes, moof, mdat)
  const frames = segment.frames * rendition.framesPerGridFrame
  const frameTicks = grid.frameTicks / rendition.framesPerGridFrame
  if (fragment.samples.length !== frames) refuse(`segment ${number} has ${fragment.samples.length} frames, not ${frames}`)
  if (fragment.samples.some((sample) => sample.durationTicks !== frameTicks)) refuse(`segment ${number} has frames of uneven length`)
  const first = fragment.samples[0]!
  if (fragment.decodeTime + first.compositionOffset !== segment.startTicks) refuse(`segment ${number} starts at ${fragment.decodeTime + first.compositionOffset}, not ${segment.startTicks}`)
  if (!hasEveryFrameOnce(fragment, segment.startTicks, frameTicks)) refuse(`segment ${number} shows frames off the grid`)
  const { isKeySample, keySample } = codecsInMp4[rendition.codec]
  if (!isKeySample(bytes.subarray(fragment.dataOffset, fragment.dataOffset + first.sizeBytes))) refuse(`segment ${number} does not start with ${keySample}`)
  placeFragment(bytes, fragment, fragment.decodeTime, number + 1)
}

function wholeBoxes(bytes: Buffer): [Box, Box] {
  const moof = boxHeader(bytes, 0)
  const mdat = moof && boxHeader(bytes, moof.end)
  if (moof?.type !== 'moof' || mdat?.type !== 'mdat') throw new BadBoxes('a segment is not moof and mdat')
  return [moof, mdat]
}

/** Shown times are the grid's, each once, in whatever decode order. */
function hasEveryFrameOnce(fragment: Fragment, startTicks: number, frameTicks: number): boolean {
  const seen = new Set(fragment.samples.map((sample, index) => (fragment.decodeTime + index * frameTicks + sample.compositionOffset - startTicks) / frameTicks))
  return seen.size === fragment.samples.length && [...seen].every((frame) => Number.isInteger(frame) && frame >= 0 && frame < fragment.samples.length)
}
