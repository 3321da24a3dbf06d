/** What is left to make of a ready video: chunks of lazy renditions that viewers came for, by policy the rest, and its tiers. */
import { lazyRenditions } from '../../domain/eager.ts'
import { chunkCount, chunkSegments } from '../../domain/grid.ts'
import { listedSpeed } from '../../domain/ladder.ts'
import { taskOf, type Message } from '../../domain/messages.ts'
import type { Plan, TierCodec } from '../../domain/plan.ts'
import { isCommonSound, suits, tierCodecs, tierOf } from '../../domain/tier.ts'
import { forgetDemand, readDemand, type Demand } from '../../records/demand.ts'
import { backgroundWindow } from './chunk-window.ts'
import { partsWanted } from '../tasks/audio-parts.ts'
import type { EncodeDeps } from '../deps.ts'
import type { Slots } from '../progress/listing.ts'

/** Half of a rendition was wanted: completing it costs at most what was spent on it already. */
const worthCompleting = 0.5

/** Tasks in the order of need; none when nothing is to be done. */
export async function lazyWork(deps: Pick<EncodeDeps, 'documents' | 'limits'>, plan: Plan, slots: Slots): Promise<Message[]> {
  const { videoId, revision } = plan
  const lacks = (codec: TierCodec) => {
    const tier = tierOf(plan, codec)
    return tier.length === 0 ? deps.limits.upgrade[codec] === 'always' && suits(plan, codec) : tier.some(({ id }) => slots.get(id)!.includes(null))
  }
  return [
    ...(await demandedWork(deps, plan, slots)),
    ...background(plan, slots, toComplete(plan, slots, deps.limits.lazyFill)),
    ...(tierCodecs.some(lacks) ? [{ kind: 'upgrade', videoId, revision } as const] : []),
  ]
}

/** The first parts and chunks in which a tier has empty slots. Sound comes first: there is little of it. */
export function tierWork(plan: Plan, slots: Slots): Message[] {
  const { videoId, revision } = plan
  const sound = plan.audio.filter((rendition) => !isCommonSound(rendition)).flatMap(({ id, grid }) =>
    partsWanted(grid, slots.get(id)!).map((part): Message => ({ kind: 'audio', videoId, revision, renditionId: id, part, background: true })),
  )
  return [...sound, ...background(plan, slots, tierOf(plan, 'av1').map(({ id }) => id))]
}

function background(plan: Plan, slots: Slots, renditionIds: string[]): Message[] {
  const { videoId, revision } = plan
  if (renditionIds.length === 0) return []
  const chunks = Array.from({ length: chunkCount(plan.video!.grid, 'video') }, (_, chunk) => chunk)
  const empty = chunks.filter((chunk) => renditionIds.some((id) => isEmpty(plan, slots, id, chunk)))
  return empty.slice(0, backgroundWindow).map((chunk): Message => ({ kind: 'chunk', videoId, revision, chunk, renditionIds, background: true }))
}

/** The chunks that viewers came for and that are not made yet. Forgets demands that are met. */
export async function demandedWork(deps: Pick<EncodeDeps, 'documents'>, plan: Plan, slots: Slots): Promise<Message[]> {
  if (lazyRenditions(plan).length === 0) return []
  const { videoId, revision } = plan
  const demands = await readDemand(deps.documents, plan)
  const isOpen = ({ renditionId, chunk }: Demand) => isEmpty(plan, slots, renditionId, chunk)
  await forgetDemand(deps.documents, plan, demands.filter((one) => !isOpen(one)))
  return demands.filter(isOpen).map(({ renditionId, chunk }): Message => ({ kind: 'chunk', videoId, revision, chunk, renditionIds: [renditionId] }))
}

function isEmpty(plan: Plan, slots: Slots, renditionId: string, chunk: number): boolean {
  const { from, to } = chunkSegments(plan.video!.grid, 'video', chunk)
  return slots.get(renditionId)?.slice(from, to).includes(null) ?? false
}

/** Lazy renditions that are to be made to their end. One that is too slow for a viewer to wait for can be had in no other way. */
function toComplete(plan: Plan, slots: Slots, policy: EncodeDeps['limits']['lazyFill']): string[] {
  const isWorth = (id: string): boolean => {
    const all = slots.get(id)!
    return all.filter((slot) => slot !== null).length >= all.length * worthCompleting
  }
  return lazyRenditions(plan)
    .filter(({ id, predictedSpeed }) => policy === 'idle' || predictedSpeed < listedSpeed || isWorth(id))
    .map(({ id }) => id)
    .filter((id) => slots.get(id)!.includes(null))
}

/** For the moment when the eager part is done; the reconciler repeats it where that got lost. */
export async function enqueueLazy(deps: Pick<EncodeDeps, 'documents' | 'limits' | 'queue'>, plan: Plan, slots: Slots): Promise<void> {
  for (const message of await lazyWork(deps, plan, slots)) await deps.queue.enqueue(taskOf(message))
}
