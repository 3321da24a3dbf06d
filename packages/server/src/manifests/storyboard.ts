/** Writes a storyboard's index: WebVTT whose cues point into the sheets (W3C Media Fragments §4.2.2, `#xywh=`). Pure. */
import { webvttTime } from '../base/webvtt-time.ts'
import type { Storyboard } from '../domain/extras.ts'
import { gridSeconds, segmentAt } from '../domain/grid.ts'
import type { VideoGrid } from '../domain/plan.ts'

/** Its links are relative to where it lies, so that they inherit the token. */
export function writeStoryboard(grid: VideoGrid, storyboard: Storyboard): string {
  const { tileCount, everySegments, columns, rows, tileWidth, tileHeight } = storyboard
  const startSeconds = (tile: number): number => {
    const segment = tile < tileCount ? segmentAt(grid, 'video', tile * everySegments) : undefined
    return segment ? segment.startTicks / grid.timescale : gridSeconds(grid)
  }
  const cues = Array.from({ length: tileCount }, (_, tile) => {
    const place = tile % (columns * rows)
    const x = (place % columns) * tileWidth
    const y = Math.floor(place / columns) * tileHeight
    const sheet = Math.floor(tile / (columns * rows))
    return `${webvttTime(startSeconds(tile))} --> ${webvttTime(startSeconds(tile + 1))}\n${sheet}.jpg#xywh=${x},${y},${tileWidth},${tileHeight}\n`
  })
  return `WEBVTT\n\n${cues.join('\n')}`
}
