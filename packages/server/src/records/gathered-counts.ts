/** Counters gathered in this process and written every few seconds, off the path of any request. */
import { randomId } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import type { Documents } from '../ports/documents.ts'
import type { DocumentPlace } from './change-document.ts'
import { addCounts, joinCounts, type Counts, type CountsBatch } from './counters.ts'

export type CountsPlace = DocumentPlace & { ttlSeconds?: number }

export type GatheredCounts = {
  /** Counted in memory. Where counters of too many documents wait for the store already, those of a further one are dropped. */
  add(place: CountsPlace, counts: Counts): void
  /** Writes what was gathered; what can't be written stays, as the same batch, for the next time. */
  flush(): Promise<void>
  /** Flushes for the last time. */
  close(): Promise<void>
}

export type GatheredCountsDeps = {
  documents: Documents
  log: Log
  /** After each write: what the document counts now, and what of that was new. */
  onWritten?: (place: CountsPlace, counts: Counts, added: Counts) => void
  everyMs?: number
}

const mostPlaces = 100_000
const atOnce = 16

type Waiting = { place: CountsPlace; next: Counts; sending?: CountsBatch }

/** A process that dies loses the counts of a few seconds. */
export function openGatheredCounts({ documents, log, onWritten, everyMs = 5000 }: GatheredCountsDeps): GatheredCounts {
  const writer = randomId(8)
  let sequence = 0
  const waiting = new Map<string, Waiting>()
  let flushing: Promise<void> = Promise.resolve()

  const write = async (name: string, one: Waiting): Promise<void> => {
    if (!one.sending) {
      one.sending = { writer, sequence: sequence++, counts: one.next }
      one.next = {}
    }
    const batch = one.sending
    try {
      const counts = await addCounts(documents, one.place, batch, one.place.ttlSeconds)
      one.sending = undefined
      if (Object.keys(one.next).length === 0) waiting.delete(name)
      onWritten?.(one.place, counts, batch.counts)
    } catch (error) {
      log.warn({ err: error, table: one.place.table }, 'counts were not written; tried again')
    }
  }
  const flushOnce = async (): Promise<void> => {
    const all = [...waiting]
    for (let from = 0; from < all.length; from += atOnce) await Promise.all(all.slice(from, from + atOnce).map(([name, one]) => write(name, one)))
  }
  const flush = (): Promise<void> => (flushing = flushing.then(flushOnce))
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()

  return {
    add(place, counts) {
      const name = `${place.table} ${place.pk} ${place.sk}`
      const known = waiting.get(name)
      if (known) known.next = joinCounts(known.next, counts)
      else if (waiting.size < mostPlaces) waiting.set(name, { place, next: counts })
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
