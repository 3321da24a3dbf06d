/** Keeps lazy renditions ahead of their viewers: who reads one chunk has the next one made (DESIGN §1, "Just in time"). */
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import { isLazy } from '../../domain/eager.ts'
import { chunkCount, chunkOf, chunkSegments } from '../../domain/grid.ts'
import { taskOf } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Documents } from '../../ports/documents.ts'
import type { Queue } from '../../ports/queue.ts'
import { readChunk } from '../../records/chunk.ts'
import { noteDemand } from '../../records/demand.ts'

/** Told of every segment that is read from the store. Never rejects; a chunk is looked at once. */
export type DemandAhead = (plan: Plan, renditionId: string, number: number) => Promise<void>

/** Chunks remembered as looked at. */
const capacity = 20_000

export function openDemandAhead(deps: { documents: Documents; queue: Queue; log: Log; clock: Clock }): DemandAhead {
  const seen = new Set<string>()
  return async (plan, renditionId, number) => {
    if (!isLazy(plan, renditionId)) return
    const { videoId, revision } = plan
    const { grid } = plan.video!
    const chunk = chunkOf(grid, number) + 1
    const name = `${revision} ${renditionId} ${chunk}`
    if (seen.has(name) || chunk >= chunkCount(grid, 'video')) return
    if (seen.size >= capacity) seen.delete(seen.values().next().value!)
    seen.add(name)
    try {
      const { from, to } = chunkSegments(grid, 'video', chunk)
      const slots = (await readChunk(deps.documents, plan, renditionId, chunk))?.slots[renditionId] ?? []
      if (slots.length === to - from && !slots.includes(null)) return
      if (!(await noteDemand(deps.documents, plan, { renditionId, chunk }, deps.clock()))) return
      await deps.queue.enqueue(taskOf({ kind: 'chunk', videoId, revision, chunk, renditionIds: [renditionId] }))
    } catch (error) {
      seen.delete(name)
      deps.log.warn({ err: error, videoId, renditionId, chunk }, 'the chunk ahead of a viewer was not asked for')
    }
  }
}
