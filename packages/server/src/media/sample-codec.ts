/** Encodes a few samples of a further codec's pictures and compares them with the source: its encoder says no quality of its own. Keeps nothing. */
import { join } from 'node:path'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { compareQuality } from './compare-quality.ts'
import { encodeMemoryBytes } from './limits.ts'
import { meanOfSamples } from './mean-of-samples.ts'
import { runTool } from './run.ts'
import { spanArgs } from './span-args.ts'
import type { MediaTools } from './tools.ts'

export type SampleCodecOptions = {
  plan: Plan
  url: string
  /** At the CRFs that are to be judged. */
  renditions: VideoRendition[]
  /** A directory of this call's own; the caller removes it. */
  workDir: string
  nice?: number
  signal?: AbortSignal
}

/** Three of the encoder's groups of 16 frames, so that the key frame is not most of them. */
const sampling = { frames: 48, secondsPerSample: 60, fewest: 1, most: 3 }

/** Mean SSIM of the luma by rendition id; empty where ffmpeg said none. Throws MediaRunError. */
export function sampleCodec(tools: MediaTools, options: SampleCodecOptions): Promise<Map<string, number>> {
  const { url, renditions, workDir, nice, signal } = options
  return meanOfSamples({ ...options.plan, video: { ...options.plan.video!, renditions } }, sampling, async (plan, number) => {
    const span = { plan, url, renditions, from: number, to: number + 1 }
    const pathOf = (id: string) => join(workDir, `${id}-${number}.mp4`)
    const args = spanArgs({ ...span, mode: 'normal', threads: 1, pathOf })
    await runTool({ program: tools.ffmpeg, args, nice, timeoutSeconds: 900, maxMemoryBytes: encodeMemoryBytes, signal })
    return compareQuality(tools, { ...span, encoded: renditions.map((rendition) => ({ rendition, path: pathOf(rendition.id) })), nice, signal })
  })
}
