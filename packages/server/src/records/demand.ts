/** Demand documents: chunks of a lazy rendition that a viewer came for. They outlive the queue, so none is forgotten. */
import { chunkCount } from '../domain/grid.ts'
import type { Plan } from '../domain/plan.ts'
import type { Documents } from '../ports/documents.ts'
import { minuteOf, writeDue } from './due.ts'

export type Demand = { renditionId: string; chunk: number }

const partition = ({ videoId, revision }: Plan): string => `${videoId}/${revision}`
const sortKey = ({ renditionId, chunk }: Demand): string => `${renditionId}/${String(chunk).padStart(6, '0')}`
const lookMinutes = 2

/**
 * The due entry first: whoever looks then finds the demand, or the chunk made. True when it is new, so that its task is
 * to be enqueued; also false outside the grid.
 */
export async function noteDemand(documents: Documents, plan: Plan, demand: Demand, nowMs: number): Promise<boolean> {
  if (!plan.video || demand.chunk >= chunkCount(plan.video.grid, 'video')) return false
  if (await documents.get('demand', partition(plan), sortKey(demand))) return false
  await writeDue(documents, { kind: 'video', id: plan.videoId, atMinute: minuteOf(nowMs) + lookMinutes })
  await documents.put('demand', partition(plan), sortKey(demand), demand)
  return true
}

/** What is demanded and was not forgotten yet, by rendition and chunk. */
export async function readDemand(documents: Documents, plan: Plan): Promise<Demand[]> {
  const demands: Demand[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range<Demand>('demand', partition(plan), { limit: 500, cursor })
    demands.push(...page.items.map(({ value }) => value))
    cursor = page.cursor
  } while (cursor)
  return demands
}

/** For what is made; an absent one is no error. */
export async function forgetDemand(documents: Documents, plan: Plan, demands: Demand[]): Promise<void> {
  for (const demand of demands) await documents.delete('demand', partition(plan), sortKey(demand))
}
