/** Encodes a few short samples of a video to learn what quality its renditions have at a CRF. Keeps nothing. */
import { devNull } from 'node:os'
import { gridSeconds, segmentAt, segmentCount } from '../domain/grid.ts'
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { sampleCrf } from '../domain/quality.ts'
import { encodeMemoryBytes } from './limits.ts'
import { runTool } from './run.ts'
import { spanArgs } from './span-args.ts'
import type { MediaTools } from './tools.ts'

export type SampleOptions = { plan: Plan; url: string; renditions: VideoRendition[]; nice?: number; signal?: AbortSignal }

/** Grid frames of a sample: even, and enough that the first picture is not most of it. */
const sampleFrames = 12
const secondsPerSample = 30
const [fewest, most] = [2, 5]

/**
 * Mean SSIM of the luma at `sampleCrf`, by rendition id: x264's own figure, the coded picture against what it was given. Empty where it
 * says none. Throws MediaRunError.
 */
export async function sampleQuality(tools: MediaTools, options: SampleOptions): Promise<Map<string, number>> {
  const sampled = finePlan(options.plan, options.renditions)
  const { grid } = sampled.video!
  const count = Math.min(most, Math.max(fewest, Math.ceil(gridSeconds(grid) / secondsPerSample)))
  const last = segmentCount(grid, 'video') - 1
  const numbers = new Set(Array.from({ length: count }, (_, index) => Math.floor((last * (index + 0.5)) / count)))
  const sums = new Map(sampled.video!.renditions.map(({ id }) => [id, 0]))
  let frames = 0
  for (const number of numbers) {
    const found = await sampleAt(tools, options, sampled, number)
    if (!found) continue
    const weight = segmentAt(grid, 'video', number)!.frames
    for (const [id, ssim] of found) sums.set(id, sums.get(id)! + ssim * weight)
    frames += weight
  }
  return new Map(frames === 0 ? [] : [...sums].map(([id, sum]) => [id, sum / frames]))
}

/** The same video in segments of a sample's length, so that a sample is a span like any other. */
function finePlan(plan: Plan, renditions: VideoRendition[]): Plan {
  const at = (one: VideoRendition): VideoRendition => ({ ...one, settings: { ...one.settings, crf: sampleCrf } })
  return { ...plan, video: { ...plan.video!, grid: { ...plan.video!.grid, segmentFrames: sampleFrames }, renditions: renditions.map(at) } }
}

async function sampleAt(tools: MediaTools, { url, nice, signal }: SampleOptions, plan: Plan, number: number): Promise<[string, number][] | undefined> {
  const { renditions } = plan.video!
  const span = { plan, url, renditions, from: number, to: number + 1, mode: 'normal' as const, threads: 1, pathOf: () => devNull, reportsSsim: true }
  const { stderrTail } = await runTool({ program: tools.ffmpeg, args: spanArgs(span), nice, timeoutSeconds: 120, maxMemoryBytes: encodeMemoryBytes, signal })
  // Encoders are closed, and say this, in the order of the outputs. Text of the file's own never starts a line so.
  const said = [...stderrTail.matchAll(/^\[libx264 @ 0x[0-9a-f]+\] SSIM Mean Y:([0-9.]+)/gm)].map(([, ssim]) => Number(ssim))
  return said.length === renditions.length ? renditions.map(({ id }, index) => [id, said[index]!]) : undefined
}
