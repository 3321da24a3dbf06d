/** What the player is given to play. It knows nothing of where that came from. */
import type { OnPlayback } from './playback-sums.ts'

export type CaptionFile = { language: string; label: string; url: string }

export type Chapter = { startSeconds: number; title: string }

export type PlayerSource = {
  /** DASH, for every browser with Media Source Extensions. */
  dashUrl: string
  /** HLS, for the browsers that play it themselves and have no MSE. */
  hlsUrl: string
  /** The id of the Representation to begin with: the one that is surely there. */
  startRendition?: string
  /** For the DASH player; with HLS the playlist's own are shown. */
  captions?: readonly CaptionFile[]
  /** Origins that serve the same paths, the preferred one first: playback goes on with the next when one fails. */
  hosts?: readonly string[]
  /** What the server calls it. */
  contentId?: string
  /** Told how the playback goes: at its start, every now and then, and at its end. */
  onPlayback?: OnPlayback
  /** When the addresses stop working, and how to get new ones: without, a playback that outlasts them ends. */
  renewal?: { expiresAt: number; fetchAgain: () => Promise<{ dashUrl: string; expiresAt: number }> }
  /** EBU R 128: what is louder than usual is played softer. */
  loudness?: { integratedLufs: number }
}

/** One entry of the quality menu. */
export type Quality = { height: number; frameRate?: number; bitsPerSecond: number }
export type AudioChoice = { id: string; label: string }
export type CaptionChoice = { id: string; label: string }

/** A playback failure: `retryable` ones may pass (network, server), others will not (format, decoding). */
export type PlayerError = { code: string; message: string; retryable: boolean }
