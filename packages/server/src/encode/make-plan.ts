/** Makes the plan of an encode revision from what inspection found. Pure. */
import type { Plan, PlanDraft } from '../domain/plan.ts'
import type { Inspection } from '../media/inspection.ts'

export type PlanOptions = {
  videoId: string
  revision: string
  source: Plan['source']
  /** x264 preset. */
  preset: string
  /** checkTools().x264Build */
  encoderBuild: string
  now: number
}

/** Everything but what is read from the init segments. */
export function draftPlan(inspection: Inspection, options: PlanOptions): PlanDraft {
  throw new Error('not written yet')
}

/** The plan, with the codec strings and parameter sets of the inits (by rendition id). */
export function finishPlan(draft: PlanDraft, inits: ReadonlyMap<string, { codecs: string; parameterSetsSha256: string }>): Plan {
  throw new Error('not written yet')
}
