/** Storyboard sheets: the key frames of our own segments, small, tiled into JPEGs. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeMemoryBytes } from './limits.ts'
import { runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

export type StoryboardOptions = {
  /** An init segment and the picked segments after it, in one file. */
  path: string
  tileWidth: number
  tileHeight: number
  columns: number
  rows: number
  /** An empty directory for the sheets. */
  directory: string
  nice?: number
  signal?: AbortSignal
}

/** A gray picture of 2 × 2 goes to the output's side channel for each tile: what counts them. */
const countBytes = 4

/** The sheets' paths in order, and how many tiles they hold. Throws MediaRunError. */
export async function makeStoryboard(tools: MediaTools, options: StoryboardOptions): Promise<{ sheets: string[]; tileCount: number }> {
  const { path, tileWidth, tileHeight, columns, rows, directory, nice, signal } = options
  const { stdout } = await runTool({
    program: tools.ffmpeg,
    args: [
      '-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-protocol_whitelist', 'file', '-format_whitelist', 'mov',
      // One key frame a segment: nothing else is decoded.
      '-threads', '1', '-skip_frame', 'nokey', '-i', path,
      '-filter_complex', [
        `[0:v]scale=${tileWidth}:${tileHeight}:flags=area:in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p,split[tiles][counted]`,
        `[tiles]tile=${columns}x${rows}[sheets]`, '[counted]scale=2:2,format=gray[count]',
      ].join(';'),
      // The picked segments leave gaps in time, which must not be filled.
      '-map', '[sheets]', '-fps_mode', 'passthrough', '-c:v', 'mjpeg', '-q:v', '5', '-map_metadata', '-1', '-f', 'image2', '-start_number', '0', join(directory, '%d.jpg'),
      '-map', '[count]', '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1',
    ],
    nice,
    timeoutSeconds: 300,
    maxMemoryBytes: encodeMemoryBytes,
    stdout: 'collect',
    signal,
  })
  const names = await readdir(directory)
  return { sheets: names.map((_, sheet) => join(directory, `${sheet}.jpg`)), tileCount: stdout.length / countBytes }
}
