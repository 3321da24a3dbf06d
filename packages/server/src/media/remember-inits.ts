/** Init segments that were made before: the same settings make the same bytes, and there are few ladders among many videos. */
import type { PlanDraft } from '../domain/plan.ts'
import { makeInits, makeVideoInit, type Init } from './init.ts'
import type { MediaTools } from './tools.ts'

const capacity = 500

/** makeInits, with every video init segment made once: also for callers that ask while it is being made. */
export function rememberInits(tools: MediaTools): (draft: PlanDraft) => Promise<Map<string, Init>> {
  const known = new Map<string, Promise<Init>>()
  return (draft) => makeInits(tools, draft, {}, (grid, rendition) => {
    const { predictedSpeed: _, ...settings } = rendition
    const name = JSON.stringify([grid.timescale, grid.segmentFrames, settings])
    // Not the caller's to abort: others may wait for it too, and it ends soon.
    const init = known.get(name) ?? makeVideoInit(tools, grid, rendition)
    known.delete(name)
    known.set(name, init)
    init.catch(() => known.delete(name))
    if (known.size > capacity) known.delete(known.keys().next().value!)
    return init
  })
}
