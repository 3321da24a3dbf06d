/** Finds out what a source is, by range reads, trusting nothing that it claims. */
import type { Inspection } from './inspection.ts'
import type { MediaTools } from './tools.ts'

/** Throws MediaRefused for what can't be played; MediaRunError where the source can't be reached (retry). */
export async function inspectSource(
  tools: MediaTools,
  url: string,
  options: { sizeBytes: number; maxDurationSeconds: number; signal?: AbortSignal },
): Promise<Inspection> {
  throw new Error('not written yet')
}
