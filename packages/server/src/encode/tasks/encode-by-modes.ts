/** The order in which ways of encoding a span are tried: for pictures and for sound. */
import type { Plan } from '../../domain/plan.ts'
import type { EncodeDeps } from '../deps.ts'
import { assertSourceReadable } from '../plan/source-url.ts'
import { isDecodingTrouble } from '../worker/errors.ts'

export type Mode = 'normal' | 'long-preroll' | 'fill'

/** After so many failed attempts at a chunk, what can't be decoded is filled (DESIGN §2.5). */
export const attemptsBeforeFill = 2

export type Attempt = {
  plan: Plan
  failedAttempts: number
  signal: AbortSignal
  /** What is encoded, for the log. */
  named: object
}

/**
 * Normal, and at once again with a longer run-up where that did not give what the plan says. Filling is kept for later
 * attempts: what fails now may be a connection. Rejects with the last mode's error, or with one that no mode changes.
 */
export async function encodeByModes<T>(deps: EncodeDeps, { plan, failedAttempts, signal, named }: Attempt, encode: (mode: Mode) => Promise<T>): Promise<{ filled: boolean; made: T }> {
  const modes: Mode[] = failedAttempts >= attemptsBeforeFill ? ['normal', 'long-preroll', 'fill'] : ['normal', 'long-preroll']
  for (const [index, mode] of modes.entries()) {
    try {
      return { filled: mode === 'fill', made: await encode(mode) }
    } catch (error) {
      if (signal.aborted || !isDecodingTrouble(error)) throw error
      await assertSourceReadable(deps, plan.source.key)
      if (index === modes.length - 1) throw error
      deps.log.warn({ err: error, videoId: plan.videoId, ...named, mode }, 'encoding did not give what the plan says')
    }
  }
  throw new Error('unreachable')
}
