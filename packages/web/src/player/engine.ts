/** What loads and switches streams behind the controls. */
import type { AudioChoice, CaptionChoice, PlayerError, PlayerSource, Quality } from './source.ts'

/** The tracks as they are now. */
export type Tracks = {
  qualities: Quality[]
  /** The height that plays or is fetched now. */
  activeHeight?: number
  audio: AudioChoice[]
  activeAudio?: string
  captions: CaptionChoice[]
}

export type EngineEvents = {
  onTracks: (tracks: Tracks) => void
  /** Playback can't go on without help. */
  onError: (error: PlayerError) => void
  /** The engine halts playback until enough is buffered, or lets it go on. */
  onBuffering: (isBuffering: boolean) => void
  /** A switch throws the buffer away: the wait that follows is no stall. */
  onFlush: () => void
  /** How often it has stalled so far: the server is told of each stall once. */
  readStalls: () => number
}

export interface Engine {
  /** Loads the source and seeks to `startSeconds`. `playbackId` names this playback to the server. Rejects with a PlayerError. */
  load(source: PlayerSource, startSeconds: number, playbackId: string): Promise<void>
  /** Takes in what a later version of the same source lists besides, without interrupting what plays. Rejects where it can't be fetched. */
  grow(source: PlayerSource): Promise<void>
  /** How much of it is encoded, from its start, 0 to 1: beyond, a request waits for the encoder, and qualities are chosen with care. */
  setEncodedShare(share: number): void
  /** Goes on after a network failure without loading again; false when that is not possible. */
  resume(): boolean
  /** A height of the menu, or 'auto'. */
  chooseQuality(height: number | 'auto'): void
  chooseAudio(id: string): void
  /** A caption's id; undefined turns captions off. */
  chooseCaption(id: string | undefined): void
  destroy(): Promise<void>
}
