/** The backstop: a slow scan of every video that makes sure somebody will look at those that need it. */
import { sleep } from '../../base/time.ts'
import { taskOf } from '../../domain/messages.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { minuteOf, readMark, writeDue, writeMark } from '../../records/due.ts'
import type { EncodeDeps } from '../deps.ts'
import { enqueueExtras } from './extras-due.ts'

const markName = 'scan'
const dayMinutes = 24 * 60
const pageSize = 200
const pauseMs = 500
/** How long after its end a video may still have leftovers to sweep. */
const leftoverMs = 3 * 24 * 3_600_000

/** Scans if the last scan began a day ago or more. An unfinished video gets a due entry; a recently ended one is swept. */
export async function scanVideosDaily(deps: EncodeDeps, signal: AbortSignal): Promise<void> {
  const now = minuteOf(deps.clock())
  const last = await readMark(deps.documents, markName)
  if (last !== undefined && now - last < dayMinutes) return
  await writeMark(deps.documents, markName, now)
  let cursor: string | undefined
  do {
    const page: { items: { value: Video }[]; cursor?: string } = await deps.documents.scan<Video>('video', { cursor, limit: pageSize })
    for (const { value } of page.items) await backstop(deps, value)
    cursor = page.cursor
    if (cursor) await sleep(pauseMs, signal)
  } while (cursor && !signal.aborted)
}

async function backstop(deps: EncodeDeps, video: Video): Promise<void> {
  if (!isFinal(video)) return writeDue(deps.documents, { kind: 'video', id: video.id, atMinute: minuteOf(deps.clock()) + 1 })
  const endedAt = video.deletedAt ?? video.readyAt ?? video.completedAt ?? video.createdAt
  if (deps.clock() - endedAt >= leftoverMs) return
  await deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: video.id }))
  await enqueueExtras(deps, video)
}
