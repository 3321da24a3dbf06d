/** Counts plays off the request path: gathered in memory, added to the documents every few seconds. */
import type { Log } from '../base/log.ts'
import type { Documents } from '../ports/documents.ts'
import { addPlays, pickShard } from '../records/plays.ts'

export type PlayCounter = {
  /** A viewer was given the way to a video. Who reloads the page plays it once: `sessionId` is the same for hours. */
  note(videoId: string, sessionId: string): void
  /** Stores what was gathered; what can't be stored stays for the next time. */
  flush(): Promise<void>
  /** Flushes for the last time. */
  close(): Promise<void>
}

export type CountPlaysDeps = {
  documents: Documents
  log: Log
  /** A video's plays in one shard have passed a power of two: so seldom that something may be looked up. */
  onGrowth?: (videoId: string) => Promise<void>
  everyMs?: number
}

/** Sessions remembered; a viewer who comes back after so many others counts again. */
const sessionsKnown = 100_000
/** Videos with plays that are not stored yet; beyond, plays of further ones are not counted. */
const videosGathered = 100_000
const atOnce = 16

/** A process that dies loses the plays of a few seconds. */
export function openPlayCounter({ documents, log, onGrowth, everyMs = 5000 }: CountPlaysDeps): PlayCounter {
  const shard = pickShard()
  const sessions = new Set<string>()
  let gathered = new Map<string, number>()
  let flushing: Promise<void> = Promise.resolve()

  const add = async (videoId: string, plays: number): Promise<void> => {
    let total: number
    try {
      total = await addPlays(documents, videoId, shard, plays)
    } catch (error) {
      log.warn({ err: error, videoId, plays }, 'plays were not counted; tried again')
      return void gathered.set(videoId, (gathered.get(videoId) ?? 0) + plays)
    }
    if (Math.floor(Math.log2(total)) === Math.floor(Math.log2(total - plays))) return
    await onGrowth?.(videoId).catch((error: unknown) => log.warn({ err: error, videoId }, 'a video that grew was not looked at; done when it grows again'))
  }

  const flushOnce = async (): Promise<void> => {
    const batch = [...gathered]
    gathered = new Map()
    for (let from = 0; from < batch.length; from += atOnce) await Promise.all(batch.slice(from, from + atOnce).map(([id, plays]) => add(id, plays)))
  }
  const flush = (): Promise<void> => (flushing = flushing.then(flushOnce))
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()

  return {
    note(videoId, sessionId) {
      if (sessions.has(sessionId) || (gathered.size >= videosGathered && !gathered.has(videoId))) return
      if (sessions.size >= sessionsKnown) sessions.delete(sessions.values().next().value!)
      sessions.add(sessionId)
      gathered.set(videoId, (gathered.get(videoId) ?? 0) + 1)
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
