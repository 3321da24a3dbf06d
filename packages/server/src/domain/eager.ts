/** The lazy ladder: which renditions are encoded in full without a viewer asking, and which when one comes. Pure. */
import type { Plan, VideoRendition } from './plan.ts'
import { ladderOf, soundOf } from './tier.ts'

/** The short side up to which pictures are made in full under the policy `base`. */
const baseSide = 480

const isBase = ({ width, height }: VideoRendition): boolean => Math.min(width, height) <= baseSide

/** Pictures that wait for a viewer; none under the policy `all`. The lowest is never one: every video starts with it. */
export function lazyRenditions(plan: Plan): VideoRendition[] {
  if (plan.eager !== 'base' || !plan.video) return []
  const renditions = ladderOf(plan)
  const lowest = Math.min(...renditions.map(({ height }) => height))
  return renditions.filter((rendition) => !isBase(rendition) && rendition.height !== lowest)
}

/** Ids of what is asked for in full: `ready` means that these are complete. */
export function eagerIds(plan: Plan): string[] {
  const lazy = new Set(lazyRenditions(plan).map(({ id }) => id))
  return [...ladderOf(plan), ...soundOf(plan)].map(({ id }) => id).filter((id) => !lazy.has(id))
}

/** Ids of the pictures among them. */
export function eagerPictures(plan: Plan): string[] {
  const eager = new Set(eagerIds(plan))
  return ladderOf(plan).map(({ id }) => id).filter((id) => eager.has(id))
}

export const isLazy = (plan: Plan, renditionId: string): boolean => lazyRenditions(plan).some(({ id }) => id === renditionId)
