/** The sweep: removes a video's objects that nothing refers to and nothing ever will (DESIGN §2.6). */
import { extraKeys } from '../../domain/extra-keys.ts'
import { chunkOf, chunkSegments, gridOf } from '../../domain/grid.ts'
import { initKey, isSeekableKey, parseEncodedKey, uploadOfSource, videoPrefix } from '../../domain/keys.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import type { Bucket, ObjectInfo } from '../../ports/objects.ts'
import { pagesOf } from '../../ports/objects-pages.ts'
import { readSlots } from '../../records/chunk.ts'
import { minuteAfter, writeDue } from '../../records/due.ts'
import { readPlan } from '../../records/plan.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps } from '../deps.ts'
import { renditionIds, type Slots } from '../progress/listing.ts'

export type SweepDeps = Pick<EncodeDeps, 'documents' | 'objects' | 'clock' | 'log'>

/** A deleted video is swept again this much later: a worker may have stored something after the first sweep. */
export const tombstoneMs = 24 * 3_600_000

/**
 * Sweeps one video and answers how many objects it removed. Objects of the live revision go when the slots they could
 * fill are filled by others, or when they are older than the grace and no slot refers to them; those of other revisions
 * when they are older than the grace. Of a deleted video everything goes, the source too.
 */
export async function sweepVideo(deps: SweepDeps, videoId: string, options: { graceMinutes: number }): Promise<number> {
  const video = (await readVideo(deps.documents, videoId))?.value
  if (!video) return 0
  const removed = video.deletedAt === undefined ? await sweepLeftovers(deps, video, options.graceMinutes) : await sweepDeleted(deps, video)
  if (removed > 0) deps.log.info({ videoId, removed }, 'swept')
  return removed
}

/** The due entry for the second sweep comes first, so that it happens whatever becomes of this one. */
async function sweepDeleted(deps: SweepDeps, video: Video): Promise<number> {
  const againAt = video.deletedAt! + tombstoneMs
  if (deps.clock() < againAt) await writeDue(deps.documents, { kind: 'video', id: video.id, atMinute: minuteAfter(againAt) })
  return (await removeWhere(deps, 'encoded', video.id, everything)) + (await removeWhere(deps, 'raw', video.id, everything))
}

async function sweepLeftovers(deps: SweepDeps, video: Video, graceMinutes: number): Promise<number> {
  const oldest = deps.clock() - graceMinutes * 60_000
  const copies = await removeWhere(deps, 'raw', video.id, async () => {
    const kept = (await readVideo(deps.documents, video.id))?.value.remux?.copy?.key
    return ({ key, modifiedAt }) => isSeekableKey(key) && key !== kept && modifiedAt <= oldest
  })
  return copies + await removeWhere(deps, 'encoded', video.id, async () => {
    // After the listing: an object listed and not referred to now is either lost, or its attempt is still running. The plan too: a tier may have joined.
    const plan = video.revision ? await readPlan(deps.documents, video.id, video.revision) : undefined
    const slots = plan && (await readSlots(deps.documents, plan)).slots
    const used = plan && slots ? usedKeys(plan, slots) : new Set<string>()
    const present = (await readVideo(deps.documents, video.id))?.value
    for (const key of present ? extraKeys(present) : []) used.add(key)
    return (object) => {
      if (!present || present.revision !== video.revision || used.has(object.key) || isRaw(object.key)) return false
      return object.modifiedAt <= oldest || (plan !== undefined && slots !== undefined && isLost(object.key, plan, slots, present))
    }
  })
}

/** Never made for the encoded bucket: where it is listed there, two names lead to one bucket, and it is the source itself. */
const isRaw = (key: string): boolean => uploadOfSource(key) !== undefined || isSeekableKey(key)

/** What slots and plan refer to. */
const usedKeys = (plan: Plan, slots: Slots): Set<string> =>
  new Set([
    ...[...slots.values()].flatMap((all) => all.flatMap((slot) => (slot ? [slot.key] : []))),
    ...renditionIds(plan).map((id) => initKey(plan.videoId, plan.revision, id)),
  ])

/** Nothing that this object could fill is empty. A caption may be one that is being put in another's place: it is left to its grace. */
function isLost(key: string, plan: Plan, slots: Slots, video: Video): boolean {
  const parsed = parseEncodedKey(key)
  if (!parsed || parsed.kind === 'caption' || parsed.revision !== plan.revision) return false
  if (parsed.kind === 'poster') return video.posterKey !== undefined && video.posterCandidates !== undefined
  if (parsed.kind === 'storyboard') return video.storyboard !== undefined
  if (parsed.kind === 'init') return false
  const found = gridOf(plan, parsed.renditionId)
  if (!found) return true
  const { to } = chunkSegments(found.grid, found.kind, chunkOf(found.grid, parsed.first))
  return !slots.get(parsed.renditionId)!.slice(parsed.first, to).includes(null)
}

type Judge = (object: ObjectInfo) => boolean
const everything = async (): Promise<Judge> => () => true

/** `judge` is made anew for every page, after the page was listed. */
async function removeWhere(deps: SweepDeps, bucket: Bucket, videoId: string, judge: () => Promise<Judge>): Promise<number> {
  let removed = 0
  for await (const page of pagesOf(deps.objects, bucket, videoPrefix(videoId))) {
    const keys = page.filter(await judge()).map(({ key }) => key)
    for (let from = 0; from < keys.length; from += 1000) await deps.objects.delete(bucket, keys.slice(from, from + 1000))
    removed += keys.length
  }
  return removed
}
