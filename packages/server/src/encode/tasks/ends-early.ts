/** Where a video really ends, when nothing behind some place of its source could be decoded (DESIGN §2.5). Pure. */
import { chunkCount, chunkSegments, gridSeconds, segmentAt, segmentsOf } from '../../domain/grid.ts'
import type { AudioRendition, Plan, Slot } from '../../domain/plan.ts'
import { soundOf } from '../../domain/tier.ts'
import type { Failure } from '../../domain/video.ts'
import type { Fill } from '../../records/chunk.ts'
import type { Slots } from '../progress/listing.ts'

/** Less than this is not worth a shorter presentation: the last picture stands for it. */
const leastSeconds = 2

/**
 * Seconds after which there is neither picture nor sound, or undefined where the plan's end stands. Sound that plays to
 * its end keeps the picture's place, however long it is frozen. Decided once every chunk behind the place was made.
 */
export function endsEarly(plan: Plan, fills: Fill[], slots: Slots): number | undefined {
  if (!plan.video) return undefined
  const { grid } = plan.video
  const byChunk = new Map(fills.filter(({ track }) => track === 'h264').map((fill) => [fill.chunk, fill.decodedTo]))
  let end: number | undefined
  for (let chunk = chunkCount(grid, 'video') - 1; chunk >= 0; chunk--) {
    const decodedTo = byChunk.get(chunk)
    if (decodedTo === undefined) break
    end = decodedTo
    if (decodedTo > segmentAt(grid, 'video', chunkSegments(grid, 'video', chunk).from)!.startFrame) break
  }
  // With not one picture there is nothing to shorten to.
  if (!end) return undefined
  const seconds = (end * grid.frameTicks) / grid.timescale
  if (gridSeconds(grid) - seconds < leastSeconds || soundOf(plan).some((track) => isHeardBehind(track, slots.get(track.id), seconds))) return undefined
  return seconds
}

/** Told by size: a frame of silence has a few bytes and its entry in the fragment's table. What is not made yet may be heard. */
const silentFrameBytes = 12
const fragmentBytes = 200

function isHeardBehind({ grid }: AudioRendition, slots: (Slot | null)[] | undefined, seconds: number): boolean {
  return segmentsOf(grid, 'audio').some(({ number, startTicks, frames }) => {
    const slot = slots?.[number]
    return startTicks >= seconds * grid.timescale && (!slot || slot.length > frames * silentFrameBytes + fragmentBytes)
  })
}

export const endsEarlyCode = 'ends_early'
export const endsEarlyWarning = (seconds: number, plannedSeconds: number): Failure => ({
  code: endsEarlyCode,
  message: `Only the first ${Math.round(seconds)} of ${Math.round(plannedSeconds)} seconds could be decoded: the rest of the file is damaged. The video ends there.`,
})
