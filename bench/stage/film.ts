/** A film of any length at 1080p30 with sound: a real clip where the media folder is there, its time stamps set to 30 frames a second, looped by stream copy. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { realClipOr } from '../../packages/server/test/e2e/clips.ts'

const run = (args: string[]) => execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })

/** Nothing is encoded: 25 frames a second become 30 by shorter gaps, and the sound is cut to the picture. */
export function film1080p30(seconds: number, folder: string): string {
  const path = join(folder, `film-${seconds}.mp4`)
  if (existsSync(path)) return path
  const clip = realClipOr('d_real_trees_1080p25_moov_at_end.mp4', folder, 13, '1920x1080')
  const [faster, piece] = [join(folder, 'faster.mp4'), join(folder, 'piece.mp4')]
  run(['-i', clip, '-map', '0:v:0', '-map', '0:a:0', '-c', 'copy', '-bsf:v', 'setts=ts=TS*5/6:duration=DURATION*5/6', faster])
  run(['-i', faster, '-t', '8.32', '-c', 'copy', piece])
  run(['-stream_loop', '-1', '-i', piece, '-t', String(seconds), '-c', 'copy', '-movflags', '+faststart', path])
  return path
}
