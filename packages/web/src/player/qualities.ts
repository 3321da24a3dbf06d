/** The quality menu's entries out of the tracks that a manifest has. */
import type { Quality } from './source.ts'

/** One entry per height (the best of it), highest first. */
export function qualitiesOf(tracks: { height: number | null; frameRate: number | null; bandwidth: number }[]): Quality[] {
  const byHeight = new Map<number, Quality>()
  for (const { height, frameRate, bandwidth } of tracks) {
    if (!height || (byHeight.get(height)?.bitsPerSecond ?? 0) >= bandwidth) continue
    byHeight.set(height, { height, frameRate: frameRate ?? undefined, bitsPerSecond: bandwidth })
  }
  return [...byHeight.values()].sort((a, b) => b.height - a.height)
}
