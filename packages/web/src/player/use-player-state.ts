/** A part of the player's state, for a component that is drawn again only when that part changes. */
import { useSyncExternalStore } from 'react'
import type { PlayerState, PlayerStore } from './player-state.ts'

/** `select` must answer the same object while its part of the state is the same. */
export function usePlayerState<Part>(store: PlayerStore, select: (state: PlayerState) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.read()))
}
