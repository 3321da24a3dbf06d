/** Picks the engine: Shaka where there is MSE, the browser's own HLS elsewhere. */
import type { Engine, EngineEvents } from './engine.ts'

/** True where streams can be fed by script (ManagedMediaSource: iPhones since iOS 17.1). */
export const hasMediaSource = (): boolean => 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis

/** Loads the engine that this browser needs. Shaka is a separate file that only this import fetches. */
export async function openEngine(video: HTMLVideoElement, textContainer: HTMLElement, events: EngineEvents): Promise<Engine> {
  if (hasMediaSource()) {
    const { openShakaEngine } = await import('./shaka-engine.ts')
    return openShakaEngine(video, textContainer, events)
  }
  const { openNativeEngine } = await import('./native-engine.ts')
  return openNativeEngine(video, events)
}

/** Fetches Shaka ahead of time, while the page still waits for its data. */
export function preloadEngine(): void {
  if (hasMediaSource()) import('./shaka-engine.ts').catch(() => undefined)
}
