/** Due entries: the promise that somebody will look again (DESIGN §2.1). Partition: minute × 64 shards. */
import { createHash } from 'node:crypto'
import type { Documents } from '../ports/documents.ts'
import { createDocument } from './create-document.ts'

export type Due = {
  kind: 'upload' | 'video'
  id: string
  atMinute: number
  /** Of an upload that may never get its document: where its parts would be. */
  key?: string
  /** What the reconciler saw when it last looked at a video, to tell a slow one from a stuck one. */
  seen?: { progress: string; sinceMs: number; requeues: number }
}

export const dueShards = 64
export const minuteOf = (milliseconds: number): number => Math.floor(milliseconds / 60_000)
/** The first that begins after that time: an entry that lies in it is not looked at before. */
export const minuteAfter = (milliseconds: number): number => minuteOf(milliseconds) + 1

const shardOf = (id: string): number => createHash('sha256').update(id).digest()[0]! % dueShards
/** How far a walk over due entries has come, by the walk's name; undefined before the first. */
export async function readMark(documents: Documents, walk: string): Promise<number | undefined> {
  return (await documents.get<{ at: number }>('mark', walk))?.value.at
}

export async function writeMark(documents: Documents, walk: string, at: number): Promise<void> {
  await documents.put('mark', walk, '', { at })
}

/** As long as clocks may differ, and longer than a minute. */
const walkTtlSeconds = 600

/** Whether this caller is the first with that walk in that minute. Read first: a whole fleet asks, and conditional writes are dear. */
export async function beginWalk(documents: Documents, walk: string, minute: number): Promise<boolean> {
  if (await documents.get('walk', walk, String(minute))) return false
  return (await createDocument(documents, { table: 'walk', pk: walk, sk: String(minute) }, {}, { ttlSeconds: walkTtlSeconds })) !== undefined
}

const partition = (minute: number, shard: number): string => `${String(minute).padStart(10, '0')}/${String(shard).padStart(2, '0')}`
const sortKey = (due: Pick<Due, 'kind' | 'id'>): string => `${due.kind}/${due.id}`

/** Written before the transition that it guards. Writing it again is harmless. */
export async function writeDue(documents: Documents, due: Due): Promise<void> {
  await documents.put('due', partition(due.atMinute, shardOf(due.id)), sortKey(due), due)
}

/** Removed only after the end state was read back. */
export async function removeDue(documents: Documents, due: Due): Promise<void> {
  await documents.delete('due', partition(due.atMinute, shardOf(due.id)), sortKey(due))
}

/** A page of the entries of one minute and shard. */
export async function readDue(documents: Documents, minute: number, shard: number, cursor?: string): Promise<{ items: Due[]; cursor?: string }> {
  const page = await documents.range<Due>('due', partition(minute, shard), { limit: 200, cursor })
  return { items: page.items.map((item) => item.value), cursor: page.cursor }
}
