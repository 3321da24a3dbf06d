/** What an upload is told and what it tells. */
import type { Video, Visibility } from '@sluice/contract'
import type { ResumeStore } from './resume-store.ts'

/**
 * idle → starting → uploading ⇄ paused, uploading → completing → done. Anything → failed (`start` tries again, what
 * was sent is kept) or cancelled (for good).
 */
export type UploadPhase = 'idle' | 'starting' | 'uploading' | 'paused' | 'completing' | 'done' | 'failed' | 'cancelled'

/** A new object for every change, the same one as long as nothing changes. */
export type UploadSnapshot = {
  phase: UploadPhase
  totalBytes: number
  /** In parts that the store has. */
  acknowledgedBytes: number
  /** Handed to the network in parts that are on their way. */
  inFlightBytes: number
  /** 0…1, both of them together. */
  fraction: number
  /** Smoothed; undefined until there is something to tell. */
  bytesPerSecond?: number
  secondsLeft?: number
  /** Bytes that an earlier run had sent already. */
  resumedBytes: number
  uploadId?: string
  videoId?: string
  /** Why it failed. */
  error?: unknown
}

export type UploadOptions = {
  title?: string
  visibility?: Visibility
  /** Parts on their way at once; 4 by default. */
  concurrency?: number
  /** Whether every part's sha256 is declared before it is sent, so that the store refuses damaged bytes. On where the source can. */
  checksums?: boolean
  /** Where to remember the upload; without one it can't be resumed after its process or tab ended. */
  resumeStore?: ResumeStore
  /** Whose upload this is, for the resume store: the account's id or handle. */
  account?: string
  /**
   * Tries of one part before the upload fails, with backoff up to 30 s between them; 12 by default, some 4 minutes. Calls to
   * the server have as many. What fails while the browser has no network does not count.
   */
  partTries?: number
  /** A part that makes no progress for so long is sent again; 60 by default. */
  stallSeconds?: number
  /** Before the second try, doubled each time; 500 by default. */
  backoffBaseMs?: number
}

/** One file on its way. */
export interface Upload {
  snapshot(): UploadSnapshot
  /** Calls back after every change (of progress at most ten times a second). Answers the way to end it. */
  subscribe(listener: () => void): () => void
  /** Begins, or goes on after a failure. The video once the server has the whole file. Calling it twice starts once. */
  start(): Promise<Video>
  /** Stops sending; parts that were on their way are sent again later. */
  pause(): void
  resume(): void
  /** Gives up and removes what was sent from the server. `start` rejects with UploadCancelled. */
  cancel(): Promise<void>
}

export class UploadCancelled extends Error {
  override name = 'UploadCancelled'
}
