/** Video documents held for a short while; a signal that one changed drops it at once. For play and for the edge. */
import { SingleFlight } from '../base/once.ts'
import type { Clock } from '../base/time.ts'
import { videoTopic, type VideoSignal } from '../domain/messages.ts'
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import type { Signals } from '../ports/signals.ts'
import { readVideo } from '../records/video.ts'

export type LiveVideos = {
  /** The video if it is held and fresh: no promise, for the path of a cache hit. */
  peek(id: string): Video | undefined
  /** The video, deleted ones included; undefined when there is none. Rejects as the documents port does. */
  get(id: string): Promise<Video | undefined>
  close(): void
}

type Entry = { video: Video | undefined; readAt: number; changes: number; unsubscribe: () => void }

export type LiveVideosOptions = {
  documents: Documents
  signals: Signals
  clock: Clock
  /** How long a read counts: the bound on what a lost signal can hide. */
  freshMs: number
  /** When the documents can't be read, answer the last known video instead of rejecting. */
  staleIfError: boolean
  capacity?: number
}

export function openLiveVideos(options: LiveVideosOptions): LiveVideos {
  const { documents, signals, clock, freshMs, capacity = 10_000 } = options
  /** In order of reading: the one read longest ago goes first. */
  const entries = new Map<string, Entry>()
  const flight = new SingleFlight<Video | undefined>()

  const drop = (id: string, entry: Entry): void => {
    entry.unsubscribe()
    if (entries.get(id) === entry) entries.delete(id)
  }

  const hold = (id: string): Entry => {
    const entry: Entry = { video: undefined, readAt: -Infinity, changes: 0, unsubscribe: () => {} }
    entry.unsubscribe = signals.subscribe(videoTopic(id), (message) => {
      if ((message as VideoSignal).kind !== 'video') return
      entry.changes++
      entry.readAt = -Infinity
    })
    return entry
  }

  const read = async (id: string, entry: Entry): Promise<Video | undefined> => {
    const { changes } = entry
    try {
      const stored = await readVideo(documents, id)
      if (!stored) {
        drop(id, entry)
        return undefined
      }
      entry.video = stored.value
      // A change that was signalled while we read may not be in what we read.
      entry.readAt = entry.changes === changes ? clock() : -Infinity
    } catch (error) {
      if (!entry.video || !options.staleIfError) {
        if (!entry.video) drop(id, entry)
        throw error
      }
      // Not asked again for a second: a store that is down is not helped by a read for every segment.
      entry.readAt = clock() - freshMs + Math.min(1000, freshMs)
    }
    return entry.video
  }

  const isFresh = (entry: Entry): boolean => clock() - entry.readAt < freshMs

  return {
    peek(id) {
      const entry = entries.get(id)
      return entry && isFresh(entry) ? entry.video : undefined
    },
    async get(id) {
      const known = entries.get(id)
      if (known && isFresh(known)) return known.video
      const entry = known ?? hold(id)
      entries.delete(id)
      entries.set(id, entry)
      for (const [oldestId, oldest] of entries) {
        if (entries.size <= capacity) break
        drop(oldestId, oldest)
      }
      return flight.run(`${id} ${entry.changes}`, () => read(id, entry))
    },
    close() {
      for (const [id, entry] of entries) drop(id, entry)
    },
  }
}
