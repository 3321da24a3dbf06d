/** How much softer a loud video is played, so that the next one is not a shock: never louder. */

/** What streaming services have settled on, in LUFS. */
const targetLufs = -14

/** A factor for the volume, 0…1. Samples are never scaled up: a quiet video stays as it is. */
export function attenuationOf(loudness: { integratedLufs: number } | null | undefined): number {
  return loudness ? Math.min(1, 10 ** ((targetLufs - loudness.integratedLufs) / 20)) : 1
}
