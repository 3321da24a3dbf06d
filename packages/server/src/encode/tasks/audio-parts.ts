/** Parts of a sound track, each one task: long enough that starting ffmpeg costs little, short enough to be shared out. Pure. */
import { chunkCount, chunkSegments } from '../../domain/grid.ts'
import type { AudioGrid, Slot } from '../../domain/plan.ts'

/** About four minutes: some seconds of work, and what an encoder holds in memory at once. */
export const chunksPerPart = 8
/** A long track has only so many parts in the queue; each that is done enqueues the one this far behind it. */
export const partWindow = 4

export const partCount = (grid: AudioGrid): number => Math.ceil(chunkCount(grid, 'audio') / chunksPerPart)

/** Segments [from, to) of a part. */
export function partSegments(grid: AudioGrid, part: number): { from: number; to: number } {
  const first = part * chunksPerPart
  const last = Math.min(first + chunksPerPart, chunkCount(grid, 'audio')) - 1
  return { from: chunkSegments(grid, 'audio', first).from, to: chunkSegments(grid, 'audio', last).to }
}

/** The part's segments [from, to) that cover the empty ones; undefined when it is full or there is no such part. */
export function emptyOfPart(grid: AudioGrid, part: number, slots: (Slot | null)[]): { from: number; to: number } | undefined {
  if (part >= partCount(grid)) return undefined
  const { from, to } = partSegments(grid, part)
  const empty = Array.from({ length: to - from }, (_, index) => from + index).filter((number) => !slots[number])
  return empty.length === 0 ? undefined : { from: empty[0]!, to: empty.at(-1)! + 1 }
}

/** The first parts that are not full, as many as may lie in the queue. */
export const partsWanted = (grid: AudioGrid, slots: (Slot | null)[]): number[] =>
  Array.from({ length: partCount(grid) }, (_, part) => part).filter((part) => emptyOfPart(grid, part, slots)).slice(0, partWindow)
