/** The backstop: a slow scan of every video that makes sure somebody will look at those that need it. */
import { sleep } from '../../base/time.ts'
import { taskOf } from '../../domain/messages.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { beginWalk, minuteAfter, minuteOf, writeDue } from '../../records/due.ts'
import { readScanMark, writeScanMark } from '../../records/scan.ts'
import { mostWithdrawn, readWithdrawn } from '../../records/withdrawn.ts'
import type { EncodeDeps } from '../deps.ts'
import { enqueueExtras } from './extras-due.ts'

const dayMinutes = 24 * 60
/** A scan that gave no sign of life for so long is gone on with by another encoder. */
const patienceMinutes = 5
/** By which clocks may differ. */
const aheadMinutes = 10
const pageSize = 200
const pauseMs = 500
/** How long after its end a video may still have leftovers to sweep. */
const leftoverMs = 3 * 24 * 3_600_000

/** Scans if the last scan began a day ago or more, or goes on with one that was cut short. An unfinished video gets a due entry; a recently ended one is swept. */
export async function scanVideosDaily(deps: EncodeDeps, signal: AbortSignal): Promise<void> {
  const now = () => minuteOf(deps.clock())
  const marked = await readScanMark(deps.documents)
  // From a clock that was ahead: there would be no scan until its date.
  const last = marked && (marked.seenAt ?? marked.at) > now() + aheadMinutes ? undefined : marked
  const isCutShort = last?.cursor !== undefined
  if (last && now() - (last.seenAt ?? last.at) < (isCutShort ? patienceMinutes : dayMinutes)) return
  if (!(await beginWalk(deps.documents, 'scan', now()))) return
  const at = isCutShort ? last.at : now()
  let cursor: string | undefined = isCutShort ? last.cursor : ''
  while (cursor !== undefined && !signal.aborted) {
    await writeScanMark(deps.documents, { at, cursor, seenAt: now() })
    const page: { items: { value: Video }[]; cursor?: string } = await deps.documents.scan<Video>('video', { cursor: cursor || undefined, limit: pageSize })
    for (const { value } of page.items) await backstop(deps, value)
    cursor = page.cursor
    if (cursor !== undefined) await sleep(pauseMs, signal)
  }
  if (cursor !== undefined) return
  await writeScanMark(deps.documents, { at })
  await warnOfWithdrawn(deps)
}

/** Entries stay for days: a list that is full can't be missed by looking daily. */
async function warnOfWithdrawn({ documents, log }: EncodeDeps): Promise<void> {
  const { length } = await readWithdrawn(documents)
  if (length >= mostWithdrawn) log.warn({ most: mostWithdrawn }, 'the list of withdrawn videos is cut at its cap: caches in front may show deleted or private videos until their tokens expire')
}

async function backstop(deps: EncodeDeps, video: Video): Promise<void> {
  if (!isFinal(video)) {
    const atMinute = minuteAfter(deps.clock())
    // Its upload may be half completed, or over.
    if (video.state === 'awaiting-upload') await writeDue(deps.documents, { kind: 'upload', id: video.uploadId, atMinute })
    return writeDue(deps.documents, { kind: 'video', id: video.id, atMinute })
  }
  const endedAt = video.deletedAt ?? video.readyAt ?? video.completedAt ?? video.createdAt
  if (deps.clock() - endedAt >= leftoverMs) return
  await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: video.id }))
  await enqueueExtras(deps, video)
}
