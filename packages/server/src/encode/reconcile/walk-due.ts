/** Walks the due entries from the marks to now, and hands each to its handler (DESIGN §2.1). Encoders share the walk out. */
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import type { Documents } from '../../ports/documents.ts'
import { beginWalk, dueShards, minuteOf, readDue, readMark, removeDue, writeDue, writeMark, type Due } from '../../records/due.ts'

/** Answers the entry that replaces this one, or undefined when it may go. Throws to be asked again. */
export type DueHandler = (due: Due) => Promise<Due | undefined>

export type WalkOptions = {
  /** Minutes before the mark that are read again: clocks differ between processes. */
  backMinutes: number
  /** Minutes after now that are looked at already (tests). */
  aheadMinutes: number
  /** Another encoder's walk of this minute will do (docs/decisions/0075). */
  isShared: boolean
  signal: AbortSignal
}

const markName = 'due'
/** After days without any encoder there are many minutes to read. */
const shardsAtOnce = 8
const retryMinutes = 1

/**
 * One walk, by groups of shards: those that nobody walked in this minute. An entry's replacement is written before it is
 * removed; an entry whose handler failed is moved a minute on. A group's mark moves only after its walk, so one that died is
 * repeated, by whoever comes in the next minute.
 */
export async function walkDue(deps: { documents: Documents; clock: Clock; log: Log }, handle: DueHandler, options: WalkOptions): Promise<void> {
  const now = minuteOf(deps.clock())
  for (let from = 0; from < dueShards; from += shardsAtOnce) {
    if (options.signal.aborted) return
    const name = `${markName}/${from}`
    if (options.isShared && !(await beginWalk(deps.documents, name, now))) continue
    // A mark for all of them is an earlier version's.
    const marked = (await readMark(deps.documents, name)) ?? (await readMark(deps.documents, markName))
    // From a clock that was ahead: it would hide every gap until its date.
    const mark = marked !== undefined && marked > now + options.backMinutes ? undefined : marked
    const shards = Array.from({ length: shardsAtOnce }, (_, index) => from + index)
    for (let minute = Math.min(mark ?? now, now) - options.backMinutes; minute <= now + options.aheadMinutes; minute++) {
      if (options.signal.aborted) return
      await Promise.all(shards.map((shard) => walkPartition(deps, handle, { minute, shard, now })))
    }
    if (mark === undefined || now > mark) await writeMark(deps.documents, name, now)
  }
}

async function walkPartition(
  deps: { documents: Documents; log: Log },
  handle: DueHandler,
  { minute, shard, now }: { minute: number; shard: number; now: number },
): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await readDue(deps.documents, minute, shard, cursor)
    for (const due of page.items) await settle(deps, handle, due, now)
    cursor = page.cursor
  } while (cursor)
}

async function settle(deps: { documents: Documents; log: Log }, handle: DueHandler, due: Due, now: number): Promise<void> {
  let next: Due | undefined
  try {
    next = await handle(due)
  } catch (error) {
    deps.log.warn({ err: error, kind: due.kind, id: due.id }, 'a due entry could not be handled, trying again')
    next = { ...due, atMinute: now + retryMinutes }
  }
  if (next) await writeDue(deps.documents, next)
  if (next?.atMinute !== due.atMinute) await removeDue(deps.documents, due)
}
