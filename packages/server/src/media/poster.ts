/** The poster: a picture that stands for the video. */
import type { Plan } from '../domain/plan.ts'
import { decoderArgs, encodeMemoryBytes, inputLimits } from './limits.ts'
import { pictureFilters } from './picture-filters.ts'
import { runTool, MediaRunError } from './run.ts'
import type { MediaTools } from './tools.ts'
import { taggedPicture } from './video-settings.ts'

const widest = 1280
/** How far in to look first: past titles that fade in, still the beginning. */
const lookAtShare = 0.1
const lookAtMostSeconds = 10
/** Pictures among which the most typical is taken (ffmpeg's thumbnail filter compares histograms). */
const candidates = 25
/** Key frames can be minutes apart: so many of them, and no further than this. */
const [keyCandidates, keysWithinSeconds] = [3, 12]
/** Mean luma (16 is black, 235 white) up to which a picture counts as black. */
const darkLuma = 40

/** JPEG, at most 1280 wide; undefined for audio or where nothing can be decoded. */
export async function makePoster(tools: MediaTools, options: { plan: Plan; url: string; nice?: number; signal?: AbortSignal }): Promise<Buffer | undefined> {
  const { video, durationSeconds } = options.plan
  if (!video) return undefined
  const first = Math.max(video.source.startSeconds ?? 0, Math.min(durationSeconds * lookAtShare, lookAtMostSeconds))
  // Key frames alone are found for a fifth of the work. Later, if all was black there; at last anything, from the start.
  const tries = [
    { fromSeconds: first, only: 'bright-keys' as const },
    { fromSeconds: first, only: 'bright' as const },
    { fromSeconds: Math.max(first, durationSeconds / 3), only: 'bright' as const },
    { fromSeconds: 0 },
  ]
  for (const place of tries) {
    try {
      const { stdout } = await runTool({
        program: tools.ffmpeg,
        args: posterArgs(options.plan, options.url, { ...place, pictures: 1 }),
        nice: options.nice,
        timeoutSeconds: 120,
        maxMemoryBytes: encodeMemoryBytes,
        stdout: 'collect',
        signal: options.signal,
      })
      if (stdout.length > 0) return stdout
    } catch (error) {
      // No picture came through, or it can't be decoded here: look elsewhere.
      if (!(error instanceof MediaRunError) || error.reason !== 'exit') throw error
    }
  }
  return undefined
}

export type PosterPlace = {
  fromSeconds: number
  /** The most typical one of those that are not black, or of its key frames; by default the first that comes, whatever it shows. */
  only?: 'bright' | 'bright-keys'
  pictures: number
}

/** JPEGs, one after the other on stdout. Pure. */
export function posterArgs(plan: Plan, url: string, { fromSeconds, only, pictures }: PosterPlace): string[] {
  const { source } = plan.video!
  const scale = Math.min(1, widest / source.width)
  const size = { width: Math.max(2, Math.round((source.width * scale) / 2) * 2), height: Math.max(2, Math.round((source.height * scale) / 2) * 2) }
  return [
    '-hide_banner', '-nostdin', '-loglevel', 'error', ...inputLimits(url), ...(only === 'bright-keys' ? ['-skip_frame', 'nokey', '-t', String(keysWithinSeconds)] : []), ...(fromSeconds > 0 ? ['-noaccurate_seek', '-ss', fromSeconds.toFixed(3)] : []),
    ...decoderArgs(source), '-i', url, '-map', `0:${source.streamIndex}`,
    '-vf', [
      // What is before the place that was sought has a negative time.
      ...(only === 'bright-keys' ? ['select=gte(t\\,0)'] : []),
      ...(source.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
      ...pictureFilters(source, size), taggedPicture,
      ...(only ? ['signalstats', `metadata=mode=select:key=lavfi.signalstats.YAVG:value=${darkLuma}:function=greater`, `thumbnail=${only === 'bright' ? Math.ceil(candidates / pictures) : keyCandidates}`] : []),
      // JPEG is BT.601 in full range (JFIF).
      'format=rgb24', 'scale=out_color_matrix=bt601:out_range=pc', 'format=yuvj420p',
    ].join(','),
    '-frames:v', String(pictures), '-c:v', 'mjpeg', '-q:v', '4', '-map_metadata', '-1', '-f', 'image2pipe', 'pipe:1',
  ]
}
