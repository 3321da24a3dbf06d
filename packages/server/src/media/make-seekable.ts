/** Copies a source that can't be sought in into a container with an index: the same packets, in one pass over it. */
import { stat } from 'node:fs/promises'
import { encodeMemoryBytes, inputLimits, probeMemoryBytes } from './limits.ts'
import { probeFile, seconds, type ProbedStream } from './probe.ts'
import { unreadableSource } from './refuse.ts'
import { MediaRunError, runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

/** Thrown by inspection where it was asked to: seeking in this source would land late or read everything on the way. */
export class NotSeekable extends Error {
  override name = 'NotSeekable'
  /** What the file claims, where it does so by itself: the copy can't tell any more that something is missing. */
  readonly claimedSeconds: number | undefined
  constructor(container: string, claimedSeconds: number | undefined) {
    super(`seeking in ${container} would read everything on the way`)
    this.claimedSeconds = claimedSeconds
  }
}

export type SeekableOptions = {
  url: string
  /** Where the copy goes; of about the size of the source. */
  path: string
  sizeBytes: number
  signal?: AbortSignal
  /** 0…1 */
  onProgress?: (share: number) => void
}

/** Less than the hour that a task may take. */
const timeoutSeconds = 3000
const stallSeconds = 120
const lookMs = 2000
/** A container adds little; what grows beyond that is a trap. */
const mostGrowth = 2
const smallBytes = 64 * 2 ** 20
/** How far the copy's sound may lie elsewhere than the source's, beside the picture. */
const syncSeconds = 0.2

/**
 * Matroska takes nearly every codec, keeps an index, and rounds time to a millisecond, far below half a frame. Without
 * -copyts ffmpeg closes the jumps of joined transport streams. `genpts` is for AVI, whose packets have only an order.
 * Rejects with MediaRunError, also where the source dropped midway, which ffmpeg takes for its end.
 */
export async function makeSeekable(tools: MediaTools, options: SeekableOptions): Promise<void> {
  const { url, path, sizeBytes, onProgress } = options
  const timer = onProgress && setInterval(() => {
    stat(path).then(({ size }) => onProgress(Math.min(1, size / sizeBytes)), () => {})
  }, lookMs)
  try {
    const { stderrTail } = await runTool({
      program: tools.ffmpeg,
      args: [
        '-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...inputLimits(url), '-fflags', '+genpts', '-i', url,
        // V: pictures that are not covers. copyinkf: some streams never call a picture a key frame and decode all the same.
        '-map', '0:V?', '-map', '0:a?', '-c', 'copy', '-copyinkf', '-map_chapters', '-1', '-f', 'matroska', path,
      ],
      timeoutSeconds,
      stallSeconds,
      maxMemoryBytes: encodeMemoryBytes,
      maxFileBytes: sizeBytes * mostGrowth + smallBytes,
      signal: options.signal,
    })
    if (unreadableSource(stderrTail)) throw new MediaRunError(tools.ffmpeg, 'exit', 0, stderrTail)
    await checkSync(tools, options)
  } finally {
    clearInterval(timer)
  }
}

/** A first packet without a time of its own (Ogg cut from a longer one) can throw a stream to another place: such a copy is none. */
async function checkSync(tools: MediaTools, { url, path, sizeBytes, signal }: SeekableOptions): Promise<void> {
  const { stdout } = await runTool({
    program: tools.ffprobe, args: ['-v', 'error', '-show_streams', '-of', 'json', path], timeoutSeconds: 60, maxMemoryBytes: probeMemoryBytes, stdout: 'collect', signal,
  })
  const copied = leadOf((JSON.parse(stdout.toString()) as { streams?: ProbedStream[] }).streams ?? [])
  const original = leadOf((await probeFile({ tools, url, sizeBytes, signal })).streams)
  if (copied === undefined || original === undefined || Math.abs(copied - original) < syncSeconds) return
  throw new MediaRunError(tools.ffmpeg, 'exit', 0, `in the copy the sound is ${(copied - original).toFixed(1)} s off`)
}

/** Seconds from the start of the first picture stream to that of the first sound. */
function leadOf(streams: ProbedStream[]): number | undefined {
  const startOf = (type: string) =>
    seconds(streams.find(({ codec_type, disposition }) => codec_type === type && disposition?.attached_pic !== 1)?.start_time)
  const [picture, sound] = [startOf('video'), startOf('audio')]
  return picture === undefined || sound === undefined ? undefined : sound - picture
}
