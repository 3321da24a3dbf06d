/** Reads ffmpeg's `-progress` and tells a run that gets on from one that only says that it is there. */
import type { Readable } from 'node:stream'

export type ProgressWatch = {
  /** Output time, encoded frames or bytes are higher than ever before. */
  onAdvance: () => void
  onOutTime?: (seconds: number) => void
}

/** What ffmpeg counts up while it works. `out_time_us` of a span begins far into the film, so only a rise counts. */
const counters = new Set(['frame', 'total_size', 'out_time_us'])
/** A line is a key and a number: more is not ffmpeg speaking. */
const longestLine = 1000

/**
 * Reads key=value lines until the pipe ends. A process that repeats itself, goes back or talks on another pipe does not
 * advance: ffmpeg prints a report twice a second as long as its main loop turns, whether or not anything comes out.
 */
export function readProgress(pipe: Readable, watch: ProgressWatch): void {
  const highest = new Map<string, number>()
  let rest = ''
  pipe.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!.slice(-longestLine)
    for (const line of lines) {
      const [key = '', text = ''] = line.split('=')
      const value = Number.parseInt(text, 10)
      if (!counters.has(key) || !Number.isFinite(value)) continue
      if (key === 'out_time_us') watch.onOutTime?.(Math.max(0, value / 1e6))
      const before = highest.get(key)
      highest.set(key, Math.max(value, before ?? value))
      // The first report says where counting begins: zero frames are no progress.
      if (before === undefined ? value > 0 : value > before) watch.onAdvance()
    }
  })
  // The process is gone, which its exit tells.
  pipe.on('error', () => {})
}
