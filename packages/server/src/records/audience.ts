/** Where a video's viewers are counted: by hour, and in all. Each in shards, so that many processes can add at once. */
import { randomInt } from 'node:crypto'
import type { Documents } from '../ports/documents.ts'
import { joinCounts, readCounts, type Counts } from './counters.ts'
import type { CountsPlace } from './gathered-counts.ts'

const hourMs = 3_600_000
const hourShards = 16
const totalShards = 64
const keptSeconds = 400 * 86_400

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
const two = (number: number): string => String(number).padStart(2, '0')

/** The shard of a process: two that meet in one only retry. */
export const pickShard = (): number => randomInt(totalShards)

/** Kept for a bit more than a year. A partition is a day: at most 24 × 16 documents. */
export const hourPlace = (videoId: string, at: number, shard: number): CountsPlace => ({
  table: 'audienceDay',
  pk: `${videoId}/${dayOf(at)}`,
  sk: `${two(new Date(at).getUTCHours())}/${two(shard % hourShards)}`,
  ttlSeconds: keptSeconds,
})

/** Since the beginning: `views`, `playbacks`, and who saw which part. */
export const totalPlace = (videoId: string, shard: number): CountsPlace => ({ table: 'viewShard', pk: videoId, sk: two(shard) })

/** All that was counted of a video, seconds behind at most. */
export async function readTotals(documents: Documents, videoId: string): Promise<Counts> {
  let sum: Counts = {}
  for await (const { counts } of readCounts(documents, 'viewShard', videoId)) sum = joinCounts(sum, counts)
  return sum
}

/** How often it was watched (audience/fold-report.ts says what counts). */
export const readViews = async (documents: Documents, videoId: string): Promise<number> => (await readTotals(documents, videoId))['views'] ?? 0

export type CountedHour = { at: number; counts: Counts }

/** The hours of the UTC day that `at` lies in, those with anything in them, in order. `at` of an hour is its start. */
export async function readDay(documents: Documents, videoId: string, at: number): Promise<CountedHour[]> {
  const dayStart = Math.floor(at / (24 * hourMs)) * 24 * hourMs
  const hours = new Map<number, Counts>()
  for await (const { sk, counts } of readCounts(documents, 'audienceDay', `${videoId}/${dayOf(at)}`)) {
    const hour = Number(sk.slice(0, 2))
    hours.set(hour, joinCounts(hours.get(hour) ?? {}, counts))
  }
  return [...hours].map(([hour, counts]) => ({ at: dayStart + hour * hourMs, counts }))
}
