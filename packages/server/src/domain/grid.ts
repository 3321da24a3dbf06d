/** Arithmetic of the grid: segments, chunks, times. Pure. */
import type { AudioGrid, Plan, VideoGrid } from './plan.ts'

/** One segment: its first grid frame and its length, and the same in ticks. */
export type Segment = { number: number; startFrame: number; frames: number; startTicks: number; durationTicks: number }

/** How long the opening segments are: two of half length for video, none for audio. */
const openingOf = (grid: VideoGrid | AudioGrid, kind: 'video' | 'audio') =>
  kind === 'video' ? { count: 2, frames: grid.segmentFrames / 2 } : { count: 0, frames: 0 }

/** Segments in all; at least one. */
export function segmentCount(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): number {
  const opening = openingOf(grid, kind)
  const openingTotal = opening.count * opening.frames
  if (grid.frames <= openingTotal) return Math.max(1, Math.ceil(grid.frames / opening.frames))
  return Math.max(1, opening.count + Math.ceil((grid.frames - openingTotal) / grid.segmentFrames))
}

/** The segment of that number, or undefined outside the grid. */
export function segmentAt(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio', number: number): Segment | undefined {
  if (!Number.isInteger(number) || number < 0 || number >= segmentCount(grid, kind)) return undefined
  const opening = openingOf(grid, kind)
  const inOpening = number < opening.count
  const startFrame = inOpening ? number * opening.frames : opening.count * opening.frames + (number - opening.count) * grid.segmentFrames
  const frames = Math.min(inOpening ? opening.frames : grid.segmentFrames, grid.frames - startFrame)
  return { number, startFrame, frames, startTicks: startFrame * grid.frameTicks, durationTicks: frames * grid.frameTicks }
}

/** All segments in order. */
export function segmentsOf(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): Segment[] {
  return Array.from({ length: segmentCount(grid, kind) }, (_, number) => segmentAt(grid, kind, number)!)
}

export const chunkCount = (grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): number =>
  Math.ceil(segmentCount(grid, kind) / grid.segmentsPerChunk)

export const chunkOf = (grid: VideoGrid | AudioGrid, number: number): number => Math.floor(number / grid.segmentsPerChunk)

/** Segment numbers [from, to) of a chunk. */
export function chunkSegments(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio', chunk: number): { from: number; to: number } {
  const from = chunk * grid.segmentsPerChunk
  return { from, to: Math.min(from + grid.segmentsPerChunk, segmentCount(grid, kind)) }
}

/** The grid a rendition id belongs to, or undefined when the plan has no such rendition. */
export function gridOf(plan: Plan, renditionId: string): { kind: 'video'; grid: VideoGrid } | { kind: 'audio'; grid: AudioGrid } | undefined {
  if (plan.video?.renditions.some((rendition) => rendition.id === renditionId)) return { kind: 'video', grid: plan.video.grid }
  const audio = plan.audio.find((rendition) => rendition.id === renditionId)
  return audio && { kind: 'audio', grid: audio.grid }
}

export const gridSeconds = (grid: VideoGrid | AudioGrid): number => (grid.frames * grid.frameTicks) / grid.timescale

/** The plan as it is shown where a manifest ends early: whole segments up to the place, of every track. */
export function endingAt(plan: Plan, seconds: number | undefined): Plan {
  if (seconds === undefined) return plan
  const cut = <G extends VideoGrid | AudioGrid>(grid: G, kind: 'video' | 'audio', until: number): G => {
    const last = segmentsOf(grid, kind).findLast(({ startTicks }) => startTicks < until * grid.timescale - grid.frameTicks / 2)
    return last ? { ...grid, frames: last.startFrame + last.frames } : grid
  }
  const video = plan.video && { ...plan.video, grid: cut(plan.video.grid, 'video', seconds) }
  const until = video ? gridSeconds(video.grid) : seconds
  return { ...plan, durationSeconds: Math.min(plan.durationSeconds, until), video, audio: plan.audio.map((track) => ({ ...track, grid: cut(track.grid, 'audio', until) })) }
}

/** Segments [0, n) that cover the first four seconds: what "playable" asks for (DESIGN §5). */
export function openingSegments(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): number {
  return segmentsOf(grid, kind).filter((segment) => segment.startTicks < 3.9 * grid.timescale).length
}
