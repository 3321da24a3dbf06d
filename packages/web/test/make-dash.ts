/** A small DASH set of a real clip, made by ffmpeg: two heights and sound, segments of two seconds. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const clip = fileURLToPath(new URL('../../../../shared/media/r_flower_720p30_10s_h264.mp4', import.meta.url))

/** Writes manifest.mpd and its segments into `directory`; uses a synthetic picture where the clip is absent. */
export async function makeDash(directory: string): Promise<void> {
  const picture = existsSync(clip) ? ['-i', clip] : ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30:d=10']
  await run('ffmpeg', [
    '-hide_banner', '-loglevel', 'error', '-y', ...picture, '-f', 'lavfi', '-i', 'sine=frequency=330:duration=10:sample_rate=48000', '-t', '10',
    '-filter_complex', '[0:v:0]fps=30,split[a][b];[a]scale=426:240[low];[b]scale=854:480[high]', '-map', '[low]', '-map', '[high]', '-map', '1:a',
    '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60', '-sc_threshold', '0', '-b:v:0', '300k', '-b:v:1', '900k', '-c:a', 'aac', '-b:a', '96k',
    '-f', 'dash', '-seg_duration', '2', '-use_timeline', '1', '-use_template', '1', '-init_seg_name', 'init-$RepresentationID$.mp4',
    '-media_seg_name', '$RepresentationID$-$Number$.m4s', '-adaptation_sets', 'id=0,streams=v id=1,streams=a', 'manifest.mpd',
  ], { cwd: directory })
}
