/** How far a span's pictures can be decoded: asked where a fill took the place of what could not. */
import { availableParallelism } from 'node:os'
import type { Plan } from '../domain/plan.ts'
import { encodeMemoryBytes } from './limits.ts'
import { unreadableSource } from './refuse.ts'
import { MediaRunError, runTool } from './run.ts'
import { decodeArgs, spanFrames } from './span-args.ts'
import type { MediaTools } from './tools.ts'

export type DecodedOptions = { plan: Plan; url: string; from: number; to: number; signal?: AbortSignal }

const timeoutSeconds = 1800
const stallSeconds = 180

/**
 * The grid frame after the last one of segments [from, to) for which the source has a picture; the first of them where
 * it has none. Gaps before the last picture don't count. Rejects with MediaRunError where the source could not be read.
 */
export async function decodedFrames(tools: MediaTools, options: DecodedOptions): Promise<number> {
  const { first, end, perGridFrame } = spanFrames(options.plan, options.from, options.to)
  let count = 0
  let rest = ''
  try {
    const { stderrTail } = await runTool({
      program: tools.ffmpeg,
      args: decodeArgs({ ...options, threads: availableParallelism() }),
      timeoutSeconds,
      stallSeconds,
      maxMemoryBytes: encodeMemoryBytes,
      signal: options.signal,
      stdout: (chunk) => {
        const lines = (rest + chunk.toString('latin1')).split('\n')
        rest = lines.pop()!
        count += lines.filter((line) => /^\d/.test(line)).length
      },
    })
    if (unreadableSource(stderrTail)) throw new MediaRunError(tools.ffmpeg, 'exit', 0, stderrTail)
  } catch (error) {
    // ffmpeg fails where there is not one picture: that is the answer.
    if (!(error instanceof MediaRunError) || error.reason !== 'exit' || unreadableSource(error.stderrTail)) throw error
  }
  return Math.min(end, first + count) / perGridFrame
}
