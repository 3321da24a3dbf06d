/** A DASH set whose bit rates are what they say, as a throttled line needs it: noise at a constant rate, looped without encoding it again. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Height and bits per second, the lowest first. */
export const ladder = [
  { size: '320x180', height: 180, kilobits: 300 },
  { size: '640x360', height: 360, kilobits: 800 },
  { size: '960x540', height: 540, kilobits: 2000 },
] as const
const pieceSeconds = 10

/** Writes manifest.mpd and segments of two seconds into `directory`. */
export async function makeLadder(directory: string, seconds: number): Promise<void> {
  for (const { size, height, kilobits } of ladder) {
    const rate = ['-b:v', `${kilobits}k`, '-maxrate', `${kilobits}k`, '-bufsize', `${kilobits}k`, '-x264-params', 'nal-hrd=cbr']
    await run('ffmpeg', [
      '-hide_banner', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=15:d=${pieceSeconds}`, '-vf', 'noise=alls=20:allf=t',
      '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', '-sc_threshold', '0', ...rate, join(directory, `${height}.mp4`),
    ])
  }
  const pictures = ladder.flatMap(({ height }) => ['-stream_loop', String(Math.ceil(seconds / pieceSeconds)), '-i', join(directory, `${height}.mp4`)])
  await run('ffmpeg', [
    '-hide_banner', '-loglevel', 'error', '-y', ...pictures, '-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}:sample_rate=48000`, '-t', String(seconds),
    ...ladder.flatMap((_one, index) => ['-map', `${index}:v`]), '-map', `${ladder.length}:a`, '-c:v', 'copy', '-c:a', 'aac', '-b:a', '64k',
    '-f', 'dash', '-seg_duration', '2', '-use_timeline', '1', '-use_template', '1', '-init_seg_name', 'init-$RepresentationID$.mp4',
    '-media_seg_name', '$RepresentationID$-$Number$.m4s', '-adaptation_sets', 'id=0,streams=v id=1,streams=a', 'manifest.mpd',
  ], { cwd: directory })
}
