/** Clips for the end-to-end tests: real ones from the media folder beside the repository, else generated ones. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const mediaFolder = resolve(import.meta.dirname, '../../../../../shared/media')

/** The path of a real clip, or of a generated stand-in with picture and sound of `seconds` in `folder`. */
export function realClipOr(name: string, folder: string, seconds: number, size?: string): string {
  const real = join(mediaFolder, name)
  return existsSync(real) ? real : generateClip(join(folder, `${seconds}s.mp4`), { seconds, size })
}

/** A small H.264/AAC file; `seed` makes it differ from others of the same length. */
export function generateClip(path: string, options: { seconds: number; seed?: number; size?: string; bitsPerSecond?: number }): string {
  const { seconds, seed = 0, size = '640x360', bitsPerSecond } = options
  if (existsSync(path)) return path
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25,hue=h=${(seed * 37) % 360}`, '-f', 'lavfi', '-i', `sine=frequency=${300 + seed * 20}:sample_rate=48000`]
  // Noise keeps x264 at the rate that is asked for.
  const rate = bitsPerSecond ? ['-vf', 'noise=alls=60:allf=t', '-b:v', String(bitsPerSecond)] : []
  const encode = ['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50', ...rate, '-c:a', 'aac', '-movflags', '+faststart']
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...inputs, ...encode, path], { stdio: ['ignore', 'ignore', 'inherit'] })
  return path
}
