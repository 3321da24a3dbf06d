/** Which renditions a manifest lists, and when a video counts as playable (DESIGN §1). Pure. */
import { eagerIds } from '../../domain/eager.ts'
import { gridOf, gridSeconds, openingSegments, segmentAt } from '../../domain/grid.ts'
import { listedSpeed } from '../../domain/ladder.ts'
import type { Plan, Slot, TierCodec } from '../../domain/plan.ts'
import { ladderOf, soundOf, tierCodecs, tierOf } from '../../domain/tier.ts'

/** Slots by rendition id, in segment order. */
export type Slots = Map<string, (Slot | null)[]>

/** What players start with: the lowest picture, or the only sound. */
export function startRendition(plan: Plan): string {
  const lowest = ladderOf(plan).toSorted((a, b) => a.height - b.height || a.capBitsPerSecond - b.capBitsPerSecond)[0]
  const start = lowest?.id ?? defaultAudio(plan)?.id
  if (!start) throw new Error('a plan without renditions')
  return start
}

/** The track that plays unless the viewer chooses another. */
export const defaultAudio = (plan: Plan) => soundOf(plan).find((rendition) => rendition.isDefault) ?? soundOf(plan)[0]

export const renditionIds = (plan: Plan): string[] => [...(plan.video?.renditions ?? []), ...plan.audio].map((rendition) => rendition.id)

/** The ids of manifest version 1: the start rendition, what an express slot keeps up with, and all sound. In plan order. */
export function listedAtFirst(plan: Plan): string[] {
  const start = startRendition(plan)
  const slow = plan.video?.renditions.filter((rendition) => rendition.predictedSpeed < listedSpeed && rendition.id !== start) ?? []
  return renditionIds(plan).filter((id) => !slow.some((rendition) => rendition.id === id))
}

/**
 * What a manifest may list of the complete ones: what everything plays, and a tier when it covers every size, or every track.
 * Sound that AAC has in fewer bytes (a telephone's, a tone) stays with AAC.
 */
export function listable(plan: Plan, slots: Slots): string[] {
  const complete = completeRenditions(plan, slots)
  const bytesOf = (renditions: { id: string }[]) => renditions.flatMap(({ id }) => slots.get(id) ?? []).reduce((sum, slot) => sum + (slot?.length ?? 0), 0)
  const isListed = (codec: TierCodec) => {
    const tier = tierOf(plan, codec)
    return tier.every(({ id }) => complete.includes(id)) && (codec !== 'opus' || bytesOf(tier) < bytesOf(soundOf(plan)))
  }
  const unlisted = tierCodecs.filter((codec) => !isListed(codec)).flatMap((codec) => tierOf(plan, codec).map(({ id }) => id))
  return complete.filter((id) => !unlisted.includes(id))
}

/** Renditions with every slot filled, in plan order. */
export const completeRenditions = (plan: Plan, slots: Slots): string[] =>
  renditionIds(plan).filter((id) => slots.get(id)?.every((slot) => slot !== null))

/** 0…1: filled slots among those that the plan's policy asks for. */
export function shareFilled(plan: Plan, slots: Slots): number {
  const all = eagerIds(plan).flatMap((id) => slots.get(id) ?? [])
  return all.length === 0 ? 0 : all.filter((slot) => slot !== null).length / all.length
}

const filledAhead = (slots: (Slot | null)[]): number => {
  const empty = slots.indexOf(null)
  return empty < 0 ? slots.length : empty
}

/**
 * Whether playback can start: the first seconds of picture and sound are committed, and, where even the lowest
 * picture is made slower than it plays, enough of it that the rest is made before a viewer who starts now gets there.
 * With a share p of the duration done and s seconds made per second, that is p ≥ 1 − s. `s` is what was predicted
 * (held to the same margin as the listing) or what was seen since the plan, whichever is less.
 */
export function isPlayable(plan: Plan, slots: Slots, secondsSincePlan: number): boolean {
  const start = startRendition(plan)
  for (const id of new Set([start, defaultAudio(plan)?.id])) {
    const found = id === undefined ? undefined : gridOf(plan, id)
    if (!found) continue
    if (filledAhead(slots.get(id!) ?? []) < openingSegments(found.grid, found.kind)) return false
  }
  const rendition = plan.video?.renditions.find((one) => one.id === start)
  if (!rendition || rendition.predictedSpeed >= listedSpeed) return true
  const { grid } = plan.video!
  const next = segmentAt(grid, 'video', filledAhead(slots.get(start) ?? []))
  if (!next) return true
  const leadSeconds = next.startTicks / grid.timescale
  const speed = Math.min(rendition.predictedSpeed / listedSpeed, leadSeconds / Math.max(1, secondsSincePlan))
  return leadSeconds / gridSeconds(grid) >= 1 - speed
}
