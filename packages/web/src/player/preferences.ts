/** What a viewer set once and wants again: loudness. Kept in this browser only. */

export type Preferences = { volume: number; isMuted: boolean }

const key = 'sluice-player'

export function readPreferences(): Preferences {
  try {
    const { volume, isMuted } = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>
    return { volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : 1, isMuted: isMuted === true }
  } catch {
    return { volume: 1, isMuted: false }
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(key, JSON.stringify(preferences))
  } catch {
    // Storage is full or forbidden: the next visit starts at full volume.
  }
}
