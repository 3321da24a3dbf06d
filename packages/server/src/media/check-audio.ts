/** The checks of DESIGN §2.4 on a segment of sound. */
import { segmentAt } from '../domain/grid.ts'
import type { AudioRendition } from '../domain/plan.ts'
import { readFragments } from './boxes/fragment.ts'
import { BadBoxes } from './boxes/read.ts'
import { SpanMismatch } from './check-span.ts'
import { soundCodecs } from './sound-codecs.ts'

/** Number of frames, their length, the place of the first, and that each begins as one that the init segment describes. Throws SpanMismatch. */
export function checkAudioSegment(rendition: AudioRendition, bytes: Buffer, number: number): void {
  const refuse = (what: string): never => {
    throw new SpanMismatch(`${rendition.id} segment ${number}: ${what}`)
  }
  const segment = segmentAt(rendition.grid, 'audio', number) ?? refuse('outside the grid')
  try {
    const [fragment, ...others] = readFragments(bytes)
    if (!fragment || others.length > 0 || fragment.start !== 0 || fragment.end !== bytes.length) return refuse('not one fragment')
    if (fragment.decodeTime !== segment.startTicks) refuse(`starts at ${fragment.decodeTime}, not ${segment.startTicks}`)
    if (fragment.samples.length !== segment.frames) refuse(`${fragment.samples.length} frames, not ${segment.frames}`)
    if (fragment.samples.some(({ durationTicks }) => durationTicks !== rendition.grid.frameTicks)) refuse('frames of uneven length')
    const { isFrame } = soundCodecs[rendition.codec]
    let at = fragment.dataOffset
    for (const { sizeBytes } of fragment.samples) {
      if (sizeBytes === 0 || !isFrame(bytes.subarray(at, at + sizeBytes), rendition.channels)) refuse('a frame is not what the init segment says')
      at += sizeBytes
    }
    if (at !== fragment.end) refuse('more bytes than frames')
  } catch (error) {
    if (error instanceof BadBoxes) return refuse(error.message)
    throw error
  }
}
