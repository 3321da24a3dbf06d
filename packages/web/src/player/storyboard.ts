/** Reads a storyboard's WebVTT index: which part of which sheet shows the video at a time. */

export type Tile = { fromSeconds: number; url: string; x: number; y: number; width: number; height: number }

/** Links are taken relative to `indexUrl`. Cues of another form are passed over. */
export function parseStoryboard(text: string, indexUrl: string): Tile[] {
  const cues = text.matchAll(/^(?:(\d+):)?(\d\d):(\d\d\.\d{3}) --> .*\r?\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)\s*$/gm)
  return [...cues].map(([, hours = '0', minutes, seconds, href, ...box]) => {
    const [x, y, width, height] = box.map(Number) as [number, number, number, number]
    return { fromSeconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), url: new URL(href!, indexUrl).href, x, y, width, height }
  })
}

/** The last tile that starts at or before that time; the first one before all. */
export const tileAt = (tiles: readonly Tile[], seconds: number): Tile | undefined =>
  tiles.findLast((tile) => tile.fromSeconds <= seconds) ?? tiles[0]
