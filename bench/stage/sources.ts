/** Source files: real clips where the media folder is beside the repository, looped by stream copy to the length that is wanted. */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { realClipOr } from '../../packages/server/test/e2e/clips.ts'

/** 66 s of camera footage, 720p30 with sound; or a generated stand-in of the same length. */
export const montage = (folder: string): string => realClipOr('d_real_montage_720p30_66s_faststart.mp4', folder, 66, '1280x720')

/** The montage with a key frame every two seconds, as cameras and screen recorders write them. */
function shortGops(folder: string): string {
  const path = join(folder, 'montage-short-gops.mp4')
  if (existsSync(path)) return path
  const args = ['-i', montage(folder), '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-g', '60', '-c:a', 'copy', '-movflags', '+faststart', path]
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  return path
}

/** The montage, again and again, cut at `seconds`. Bytes are copied, nothing is encoded but, once, for `gops: 'short'`. */
export function loopedTo(seconds: number, folder: string, { gops = 'own' }: { gops?: 'own' | 'short' } = {}): string {
  const path = join(folder, `looped-${seconds}-${gops}.mp4`)
  const input = ['-stream_loop', '-1', '-i', gops === 'short' ? shortGops(folder) : montage(folder)]
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, '-t', String(seconds), '-c', 'copy', '-movflags', '+faststart', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return path
}

/** Bytes that nothing can compress or skip. */
export function randomFile(path: string, sizeBytes: number): string {
  const file = openSync(path, 'w')
  const piece = 4 * 2 ** 20
  for (let written = 0; written < sizeBytes; written += piece) writeSync(file, randomBytes(Math.min(piece, sizeBytes - written)))
  closeSync(file)
  return path
}
