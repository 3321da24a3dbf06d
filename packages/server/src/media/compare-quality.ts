/** Compares encoded segments with the source, as it looks at their size. */
import type { Plan, VideoRendition } from '../domain/plan.ts'
import { encodeMemoryBytes } from './limits.ts'
import { runTool } from './run.ts'
import { compareArgs } from './span-args.ts'
import type { MediaTools } from './tools.ts'

export type CompareOptions = {
  plan: Plan
  url: string
  /** Segments [from, to). */
  from: number
  to: number
  /** A file a rendition: its init segment and those segments. */
  encoded: { rendition: VideoRendition; path: string }[]
  nice?: number
  signal?: AbortSignal
}

/** Mean SSIM of the luma by rendition id; empty where ffmpeg said none. Throws MediaRunError. */
export async function compareQuality(tools: MediaTools, options: CompareOptions): Promise<Map<string, number>> {
  const { encoded, nice, signal } = options
  const args = compareArgs({ ...options, renditions: encoded.map(({ rendition }) => rendition) }, encoded.map(({ path }) => path))
  const { stderrTail } = await runTool({ program: tools.ffmpeg, args, nice, timeoutSeconds: 600, maxMemoryBytes: encodeMemoryBytes, signal })
  // Filters are numbered in the order of the graph, whatever the order in which they end.
  const said = [...stderrTail.matchAll(/^\[Parsed_ssim_(\d+) @ 0x[0-9a-f]+\] SSIM Y:([0-9.]+)/gm)].map(([, filter, ssim]) => ({ filter: Number(filter), ssim: Number(ssim) }))
  said.sort((a, b) => a.filter - b.filter)
  return new Map(said.length === encoded.length ? encoded.map(({ rendition }, index) => [rendition.id, said[index]!.ssim]) : [])
}
