/** Whether a sound track's packets all have one length, so that each one's place follows from the first one's. Pure. */
import type { SteadyPackets } from '../domain/plan.ts'
import type { ProbedFrame } from './probe.ts'

/** Shorter ones lie closer together than clocks of a millisecond can tell. */
const leastSamples = 256

/** What the first packets, decoded, say; by the source's clock. Undefined where lengths differ (Vorbis). */
export function steadyPackets(frames: ProbedFrame[], sampleRate: number): SteadyPackets | undefined {
  // Priming is cut from the first one, and the file may end in the last.
  const [first, ...others] = frames.slice(0, Math.max(2, frames.length - 1))
  const samples = others[0]?.nb_samples ?? 0
  const startSeconds = Number(first?.best_effort_timestamp_time ?? first?.pts_time ?? NaN)
  if (!first?.nb_samples || samples < leastSamples || !Number.isFinite(startSeconds) || !(sampleRate > 0)) return undefined
  if (others.some((frame) => frame.nb_samples !== samples)) return undefined
  return { samples, firstEndSeconds: startSeconds + first.nb_samples / sampleRate }
}
