/** Encodes a few short samples of a video to learn what quality its renditions have at a CRF. Keeps nothing. */
import { devNull } from 'node:os'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { sampleCrf } from '../domain/quality.ts'
import { encodeMemoryBytes } from './limits.ts'
import { meanOfSamples } from './mean-of-samples.ts'
import { runTool } from './run.ts'
import { spanArgs } from './span-args.ts'
import type { MediaTools } from './tools.ts'

export type SampleOptions = { plan: Plan; url: string; renditions: VideoRendition[]; nice?: number; signal?: AbortSignal }

/** Enough frames that the first picture is not most of them. */
const sampling = { frames: 12, secondsPerSample: 30, fewest: 2, most: 5 }

/**
 * Mean SSIM of the luma at `sampleCrf`, by rendition id: x264's own figure, the coded picture against what it was given. Empty where it
 * says none. Throws MediaRunError.
 */
export function sampleQuality(tools: MediaTools, options: SampleOptions): Promise<Map<string, number>> {
  const renditions = options.renditions.map((one) => ({ ...one, settings: { ...one.settings, crf: sampleCrf } }))
  const plan: Plan = { ...options.plan, video: { ...options.plan.video!, renditions } }
  return meanOfSamples(plan, sampling, (fine, number) => sampleAt(tools, options, fine, number))
}

async function sampleAt(tools: MediaTools, { url, nice, signal }: SampleOptions, plan: Plan, number: number): Promise<Map<string, number>> {
  const { renditions } = plan.video!
  const span = { plan, url, renditions, from: number, to: number + 1, mode: 'normal' as const, threads: 1, pathOf: () => devNull, reportsSsim: true }
  const { stderrTail } = await runTool({ program: tools.ffmpeg, args: spanArgs(span), nice, timeoutSeconds: 120, maxMemoryBytes: encodeMemoryBytes, signal })
  // Encoders are closed, and say this, in the order of the outputs. Text of the file's own never starts a line so.
  const said = [...stderrTail.matchAll(/^\[libx264 @ 0x[0-9a-f]+\] SSIM Mean Y:([0-9.]+)/gm)].map(([, ssim]) => Number(ssim))
  return new Map(said.length === renditions.length ? renditions.map(({ id }, index) => [id, said[index]!]) : [])
}
