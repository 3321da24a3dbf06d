/** How often a video was played: counters in 64 shards a video, so that many processes can add at once. */
import { randomInt } from 'node:crypto'
import { VersionConflict } from '../base/errors.ts'
import { backoffMs } from '../base/retry.ts'
import { sleep } from '../base/time.ts'
import type { Documents } from '../ports/documents.ts'

type Shard = { plays: number }

const shardCount = 64
const keyOf = (shard: number): string => String(shard).padStart(2, '0')

/** The shard of a process: two that meet in one only retry. */
export const pickShard = (): number => randomInt(shardCount)

/** Adds to a shard and answers what is in it now. By compare-and-set: a write whose answer was lost is not repeated. */
export async function addPlays(documents: Documents, videoId: string, shard: number, plays: number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.get<Shard>('viewShard', videoId, keyOf(shard))
    const next: Shard = { plays: (stored?.value.plays ?? 0) + plays }
    try {
      await documents.put('viewShard', videoId, keyOf(shard), next, { ifVersion: stored?.version ?? 'absent' })
      return next.plays
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= 20) throw error
      await sleep(backoffMs(attempt, 5, 500))
    }
  }
}

/** All that was counted, seconds behind at most. */
export async function readPlays(documents: Documents, videoId: string): Promise<number> {
  const { items } = await documents.range<Shard>('viewShard', videoId, { limit: shardCount })
  return items.reduce((sum, { value }) => sum + value.plays, 0)
}
