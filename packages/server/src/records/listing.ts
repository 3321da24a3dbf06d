/** The lists of videos: a channel's own and the latest public ones. Entries are hints: readers re-read each video. */
import { createHash } from 'node:crypto'
import { readAhead } from '../base/read-ahead.ts'
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import { rows } from './rows.ts'

/** What a list holds for a video. */
export type ListEntry = { videoId: string; at: number }

const buckets = 16
/** Read at once for one page, at most. */
const hoursAhead = 8
const latestTime = 9_999_999_999_999
const monthsPartition = 'months'

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7).replace('-', '')
const hourOf = (at: number): string => String(Math.floor(at / 3_600_000)).padStart(8, '0')
const bucketOf = (videoId: string): string => String(createHash('sha256').update(videoId).digest()[0]! % buckets).padStart(2, '0')
/** Sorts the newest first; ties by id. */
const entryKey = ({ at, videoId }: ListEntry): string => `${String(latestTime - at).padStart(13, '0')}-${videoId}`
const keyPattern = /^([0-9]{13})-([0-9a-z]{16})$/

/** A place in a list, as cursors name it: the last entry seen. Undefined for text that is none. */
export function parseCursor(cursor: string): ListEntry | undefined {
  const m = keyPattern.exec(cursor)
  return m ? { at: latestTime - Number(m[1]), videoId: m[2]! } : undefined
}
export const cursorOf = entryKey

/** Puts a video on its channel's list; written again it is the same entry. */
export async function listInChannel(documents: Documents, video: Video): Promise<void> {
  const entry = { videoId: video.id, at: video.createdAt }
  const month = monthOf(entry.at)
  await documents.put('channelMonth', video.accountId, month, { month })
  await documents.put('channelVideo', `${video.accountId}/${month}`, entryKey(entry), entry)
}

export async function unlistInChannel(documents: Documents, video: Video): Promise<void> {
  await documents.delete('channelVideo', `${video.accountId}/${monthOf(video.createdAt)}`, entryKey({ videoId: video.id, at: video.createdAt }))
}

/** Makes the latest list agree with the video: public, uploaded and not deleted ones are on it. */
export async function listInLatest(documents: Documents, video: Video): Promise<void> {
  if (video.completedAt === undefined) return
  const entry = { videoId: video.id, at: video.completedAt }
  const hour = hourOf(entry.at)
  const bucket = bucketOf(video.id)
  if (video.visibility !== 'public' || video.deletedAt !== undefined) {
    await documents.delete('latest', `${hour}/${bucket}`, entryKey(entry))
    return
  }
  const month = monthOf(entry.at)
  await documents.put('latestHour', monthsPartition, month, { month })
  await documents.put('latestHour', month, `${hour}/${bucket}`, { hour, bucket })
  await documents.put('latest', `${hour}/${bucket}`, entryKey(entry), entry)
}

/** A channel's entries, the newest first, from behind `after`. */
export async function* readChannel(documents: Documents, accountId: string, after?: ListEntry): AsyncGenerator<ListEntry> {
  // A month's entries are older than those of any later month: start with the cursor's month.
  const to = after && `${monthOf(after.at)}~`
  for await (const { month } of rows<{ month: string }>(documents, 'channelMonth', accountId, { to, desc: true })) {
    const cursor = after && month === monthOf(after.at) ? entryKey(after) : undefined
    yield* rows<ListEntry>(documents, 'channelVideo', `${accountId}/${month}`, { cursor })
  }
}

/** The latest entries of all channels, the newest first, from behind `after`. */
export async function* readLatest(documents: Documents, after?: ListEntry): AsyncGenerator<ListEntry> {
  // In a store of few videos a page takes many hours, each of which would have to be waited for.
  const begun = readAhead(latestHours(documents, after), ({ hour, buckets }) => beginHour(documents, hour, buckets, after), hoursAhead)
  for await (const [, entries] of begun) {
    if (!entries.first.done) yield entries.first.value
    yield* entries.rest
  }
}

/** The hours that have entries, the newest first, with their buckets. */
async function* latestHours(documents: Documents, after?: ListEntry): AsyncGenerator<{ hour: string; buckets: string[] }, undefined> {
  const toMonth = after && `${monthOf(after.at)}~`
  for await (const { month } of rows<{ month: string }>(documents, 'latestHour', monthsPartition, { to: toMonth, desc: true })) {
    const toHour = after && `${hourOf(after.at)}~`
    let hour: string | undefined
    let buckets: string[] = []
    for await (const row of rows<{ hour: string; bucket: string }>(documents, 'latestHour', month, { to: toHour, desc: true })) {
      if (hour !== undefined && row.hour !== hour) {
        yield { hour, buckets }
        buckets = []
      }
      hour = row.hour
      buckets.push(row.bucket)
    }
    if (hour !== undefined) yield { hour, buckets }
  }
  return undefined
}

async function beginHour(documents: Documents, hour: string, buckets: string[], after?: ListEntry) {
  const rest = mergedHour(documents, hour, buckets, after)
  return { first: await rest.next(), rest }
}

/** The non-empty buckets of an hour in one order. */
async function* mergedHour(documents: Documents, hour: string, filled: string[], after?: ListEntry): AsyncGenerator<ListEntry> {
  const cursor = after && hour === hourOf(after.at) ? entryKey(after) : undefined
  const sources = filled.map((bucket) => rows<ListEntry>(documents, 'latest', `${hour}/${bucket}`, { cursor }))
  const heads = await Promise.all(sources.map((source) => source.next()))
  for (;;) {
    let first: number | undefined
    heads.forEach((head, index) => {
      if (!head.done && (first === undefined || entryKey(head.value) < entryKey(heads[first]!.value as ListEntry))) first = index
    })
    if (first === undefined) return
    yield heads[first]!.value as ListEntry
    heads[first] = await sources[first]!.next()
  }
}
