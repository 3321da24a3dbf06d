/** Measures the loudness of a whole track (EBU R 128) on our own encoded segments. */
import type { Loudness } from '../domain/video.ts'
import { encodeMemoryBytes } from './limits.ts'
import { MediaRunError, runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

export type LoudnessOptions = {
  /** An init segment and all segments after it, in one file. */
  path: string
  nice?: number
  signal?: AbortSignal
}

/** Twelve hours take minutes. */
const timeoutSeconds = 3600
const stallSeconds = 120

/** Undefined for silence, which has no loudness. Throws MediaRunError. */
export async function measureLoudness(tools: MediaTools, { path, nice, signal }: LoudnessOptions): Promise<Loudness | undefined> {
  const { stderrTail } = await runTool({
    program: tools.ffmpeg,
    args: [
      // The figures are said at level info; those of every tenth of a second are not wanted.
      '-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-protocol_whitelist', 'file', '-format_whitelist', 'mov',
      '-i', path, '-map', '0:a:0', '-af', 'ebur128=peak=true:framelog=verbose', '-f', 'null', '-',
    ],
    nice, timeoutSeconds, stallSeconds, maxMemoryBytes: encodeMemoryBytes, signal,
  })
  const summary = stderrTail.slice(stderrTail.lastIndexOf('Summary:'))
  const integrated = /I:\s+(-?[\d.]+|-inf) LUFS/.exec(summary)?.[1]
  const peak = /Peak:\s+(-?[\d.]+|-inf) dBFS/.exec(summary)?.[1]
  if (integrated === undefined || peak === undefined) throw new MediaRunError(tools.ffmpeg, 'exit', 0, stderrTail)
  const [integratedLufs, truePeakDbtp] = [Number(integrated), Number(peak)]
  // The scale's gate lies at -70: what never rises above it is not heard (ITU-R BS.1770-4).
  return Number.isFinite(integratedLufs) && Number.isFinite(truePeakDbtp) && integratedLufs > -70 ? { integratedLufs, truePeakDbtp } : undefined
}
