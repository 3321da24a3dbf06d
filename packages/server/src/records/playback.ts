/** One playback as its viewer's player last reported it, and the mark that its session was counted as a view. Forgotten after five days, when no token of its session is good any more. */
import type { Documents } from '../ports/documents.ts'
import { changeDocument } from './change-document.ts'
import { createDocument } from './create-document.ts'

/** Sums since the playback began. No address, no name: the session id is one-way. */
export type PlaybackTotals = {
  /** Reports are numbered; an older one tells nothing new. */
  sequence: number
  firstSeenAt: number
  startupMs?: number
  playedMs: number
  stalledMs: number
  /** Played time whose bit rate is known, and the bits of it. */
  ratedMs: number
  kilobits: number
  stalls: number
  switches: number
  /** By code. */
  errors: Record<string, number>
  /** Which parts of the video were seen: a bit each, in hex. */
  parts: string
}

const keptSeconds = 5 * 86_400
const viewKey = 'view'

/** As changeDocument. */
export async function changePlayback(
  documents: Documents,
  { sessionId, playbackId }: { sessionId: string; playbackId: string },
  change: (totals: PlaybackTotals | undefined) => PlaybackTotals | undefined,
): Promise<void> {
  await changeDocument(documents, { table: 'playback', pk: sessionId, sk: playbackId }, change, { ttlSeconds: keptSeconds })
}

/** True once for a session, whichever of its playbacks asks first. */
export async function markViewed(documents: Documents, sessionId: string, at: number): Promise<boolean> {
  return (await createDocument(documents, { table: 'playback', pk: sessionId, sk: viewKey }, { at }, { ttlSeconds: keptSeconds })) !== undefined
}
